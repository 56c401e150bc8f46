"""The ``ari`` command: its table of commands, and missing extras."""

import io
import subprocess
import sys
import unittest
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

import click
from click.testing import CliRunner

from ari import cli
from ari.cli.group import LazyGroup


def run(*arguments: str) -> tuple[object, str]:
    """Run the command in this process; return its status and output."""
    output = io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["ari", *arguments]),
        redirect_stdout(output),
        redirect_stderr(output),
    ):
        try:
            cli.main()
        except SystemExit as error:
            return error.code, output.getvalue()
    raise AssertionError("the command did not exit")


class CommandTest(unittest.TestCase):
    def test_help_names_every_command(self) -> None:
        status, output = run("--help")
        self.assertEqual(status, 0)
        for name in cli.COMMANDS:
            self.assertIn(name, output)

    def test_every_row_of_the_table_is_a_command(self) -> None:
        group = LazyGroup(cli.COMMANDS)
        for name in cli.COMMANDS:
            self.assertIsInstance(group.get_command(click.Context(group), name), click.Command)

    def test_the_version(self) -> None:
        status, output = run("--version")
        self.assertEqual(status, 0)
        self.assertIn("version", output)

    def test_a_command_that_is_not_there(self) -> None:
        result = CliRunner().invoke(LazyGroup(cli.COMMANDS), ["nothing"])
        self.assertEqual(result.exit_code, 2)
        self.assertIn("No such command 'nothing'", result.output)

    def test_it_runs_as_a_module(self) -> None:
        command = [sys.executable, "-m", "ari.cli", "--version"]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        self.assertIn("version", result.stdout)


class MissingTest(unittest.TestCase):
    def test_a_missing_extra_is_named_with_its_cure(self) -> None:
        for name in sorted(cli.EXTRAS):
            code = f"import sys; sys.modules[{name!r}] = None; from ari.cli import main; main()"
            command = [sys.executable, "-c", code, "simulate", "--help"]
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 1)
            self.assertIn("pip install 'ari-py[cli,testing]'", result.stderr)
            self.assertIn(f"({name} is missing)", result.stderr)

    def test_other_import_errors_are_not_hidden(self) -> None:
        with (
            mock.patch.object(cli, "COMMANDS", {"simulate": "ari.cli.nothing:simulate"}),
            self.assertRaises(ImportError),
        ):
            run("simulate")
