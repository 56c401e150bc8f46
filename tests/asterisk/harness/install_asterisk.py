#!/usr/bin/env python3
# ruff: noqa: T201
"""Install real Asterisks into folders, from Debian's packages, with debootstrap.

``asterisk22`` comes from Debian unstable and ``asterisk16`` from Debian 11. A folder is made under
another name and renamed at the end, so a folder that exists is complete.

Environment:

``ARI_ASTERISK_DIR``
    where the folders are (``.asterisk`` in the project by default);
``ARI_ASTERISK22_MIRROR``, ``ARI_ASTERISK16_MIRROR``
    the Debian archive to take each from, instead of the list below.

It needs only Python's standard library, since it runs before anything is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
PACKAGES = "asterisk,asterisk-core-sounds-en-gsm"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ATTEMPTS = 4


@dataclass(frozen=True)
class Release:
    """One Asterisk: the folder's name, the Debian release that has it, and its archives."""

    name: str
    suite: str
    mirrors: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Return where the folder is or will be."""
        return asterisk_dir() / self.name

    @property
    def is_there(self) -> bool:
        """Tell whether the folder has been made."""
        return (self.folder / "usr/sbin/asterisk").is_file()

    def sources(self) -> tuple[str, ...]:
        """Return the archives to try, one after another."""
        chosen = os.environ.get(f"ARI_{self.name.upper()}_MIRROR")
        return (chosen,) if chosen else self.mirrors


RELEASES = (
    Release("asterisk22", "sid", ("http://deb.debian.org/debian",)),
    Release(
        "asterisk16",
        "bullseye",
        ("http://deb.debian.org/debian", "http://archive.debian.org/debian"),
    ),
)


class InstallError(Exception):
    """A folder could not be made; the text says why and what to do."""


def asterisk_dir() -> Path:
    """Return the directory that holds the folders."""
    return Path(os.environ.get("ARI_ASTERISK_DIR") or PROJECT / ".asterisk").resolve()


def as_root(*command: str | Path, **environment: str) -> None:
    """Run a command as root, through sudo if we are not root."""
    words = [str(word) for word in command]
    if environment:
        words = ["env", *(f"{name}={value}" for name, value in environment.items()), *words]
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            raise InstallError("debootstrap must run as root: run this as root, or install sudo")
        words = ["sudo", *words]
    subprocess.run(words, check=True)


def install_debootstrap() -> None:
    """Install debootstrap if it is missing."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    if shutil.which("debootstrap", path=path):
        return
    if not shutil.which("apt-get"):
        raise InstallError(
            "debootstrap is missing and there is no apt-get to install it with: "
            "run this on Debian or Ubuntu, or install debootstrap yourself"
        )
    try:
        as_root("apt-get", "update")
        as_root(
            "apt-get", "install", "-y", "--no-install-recommends",
            "debootstrap", "debian-archive-keyring",
            DEBIAN_FRONTEND="noninteractive",
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise InstallError(f"debootstrap is missing and could not be installed: {error}") from error


def make(release: Release) -> None:
    """Make one folder, or raise InstallError after the last attempt."""
    partial = release.folder.with_name(release.name + ".partial")
    packages = release.folder.with_name(release.name + ".packages")
    packages.mkdir(parents=True, exist_ok=True)
    keyring = [f"--keyring={KEYRING}"] if KEYRING.exists() else []
    for attempt in range(ATTEMPTS):
        sources = release.sources()
        mirror = sources[attempt % len(sources)]
        as_root("rm", "-rf", partial)
        try:
            # The packages that one attempt has fetched are kept for the next.
            as_root(
                "debootstrap", "--variant=minbase", f"--include={PACKAGES}",
                f"--cache-dir={packages}", *keyring, release.suite, partial, mirror,
                PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )  # fmt: skip
            as_root("chroot", partial, "/usr/sbin/asterisk", "-V")
        except subprocess.CalledProcessError as error:
            print(f"{release.name}: attempt {attempt + 1} of {ATTEMPTS}: {error}", file=sys.stderr)
            if attempt + 1 < ATTEMPTS:
                time.sleep(5 * 2**attempt)
        else:
            partial.rename(release.folder)
            as_root("rm", "-rf", packages)
            return
    as_root("rm", "-rf", partial)
    raise InstallError(
        f"{release.name} could not be made: Debian's packages ({release.suite}) cannot be fetched "
        f"from {' or '.join(release.sources())}. Is there a network? Name another archive "
        f"in ARI_{release.name.upper()}_MIRROR."
    )


def main() -> int:
    """Make the folders that are missing; return the exit code."""
    missing = [release for release in RELEASES if not release.is_there]
    try:
        if missing:
            install_debootstrap()
        for release in missing:
            make(release)
    except InstallError as error:
        print(f"make asterisk: {error}", file=sys.stderr)
        return 1
    for release in RELEASES:
        print(f"{release.name}: {release.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
