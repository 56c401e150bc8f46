"""The sounds of a usual Asterisk, by directory: their names and how many seconds they last."""

from __future__ import annotations

# One string per directory keeps the table readable; ``name=seconds`` each.
_TABLE = {
    "": """
        activated=1.08 added=0.74 agent-alreadyon=5.52 agent-incorrect=5.16 agent-loggedoff=1.46
        agent-loginok=1.76 agent-newlocation=3.3 agent-pass=3.3 agent-user=4.92
        all-circuits-busy-now=1.82 ascending-2tone=0.2 astcc-followed-by-the-pound-key=1.52
        at-tone-time-exactly=3.54 auth-incorrect=4.62 auth-thankyou=0.96 basic-pbx-ivr-main=25.4
        beep=0.44 beeperr=0.36 call-forwarding=1.54 call-fwd-no-ans=2.64 call-fwd-on-busy=1.92
        call-fwd-unconditional=2.34 call-waiting=1.1 calling=0.76 cancelled=0.98
        cannot-complete-as-dialed=2.66 check-number-dial-again=2.22 conf-adminmenu=19.22
        conf-adminmenu-162=20.98 conf-adminmenu-18=21.7 conf-adminmenu-menu8=17.34
        conf-enteringno=2.36 conf-errormenu=1.44 conf-extended=2.08 conf-full=1.68
        conf-getchannel=3.14 conf-getconfno=3.42 conf-getpin=2.4 conf-hasjoin=1.78
        conf-hasleft=1.78 conf-invalid=3.88 conf-invalidpin=2.66 conf-kicked=2.38
        conf-leaderhasleft=2.28 conf-locked=1.76 conf-lockednow=1.78 conf-muted=1.4
        conf-noempty=2.78 conf-nonextended=2.18 conf-now-muted=1.88 conf-now-recording=2.32
        conf-now-unmuted=2.12 conf-onlyone=3.26 conf-onlyperson=3.16 conf-otherinparty=2.16
        conf-placeintoconf=2.4 conf-roll-callcomplete=3.26 conf-thereare=1.38 conf-unlockednow=1.9
        conf-unmuted=1.5 conf-usermenu=14.04 conf-usermenu-162=18.6 conf-userswilljoin=2.32
        conf-userwilljoin=2.24 conf-waitforleader=2.84 confbridge-begin-glorious-a=3.58
        confbridge-begin-glorious-b=3.98 confbridge-begin-glorious-c=3.98
        confbridge-begin-leader=3.02 confbridge-binaural-off=2.66 confbridge-binaural-on=2.26
        confbridge-conf-begin=1.84 confbridge-conf-end=1.7 confbridge-dec-list-vol-in=3.5
        confbridge-dec-list-vol-out=3.6 confbridge-dec-talk-vol-in=3.68
        confbridge-dec-talk-vol-out=3.36 confbridge-has-joined=1.7 confbridge-has-left=1.7
        confbridge-inc-list-vol-in=3.78 confbridge-inc-list-vol-out=3.8
        confbridge-inc-talk-vol-in=3.36 confbridge-inc-talk-vol-out=3.7 confbridge-invalid=2.52
        confbridge-join=0.38 confbridge-leave=0.38 confbridge-leave-in=1.48
        confbridge-leave-out=1.52 confbridge-lock-extended=6.92 confbridge-lock-in=2.42
        confbridge-lock-no-join=3.34 confbridge-lock-out=2.42 confbridge-locked=1.74
        confbridge-menu-exit-in=1.5 confbridge-menu-exit-out=1.54 confbridge-mute-extended=11.16
        confbridge-mute-in=2.16 confbridge-mute-out=2.16 confbridge-muted=1.38
        confbridge-only-one=3.42 confbridge-only-participant=3.24 confbridge-participants=1.9
        confbridge-pin=5.14 confbridge-pin-bad=4.74 confbridge-remove-last-in=3.92
        confbridge-remove-last-out=3.82 confbridge-removed=2.44 confbridge-rest-list-vol-in=4.16
        confbridge-rest-list-vol-out=4.26 confbridge-rest-talk-vol-in=3.52
        confbridge-rest-talk-vol-out=3.3 confbridge-there-are=1.3 confbridge-unlocked=2.08
        confbridge-unmuted=1.66 de-activated=1.54 demo-abouttotry=15.18 demo-congrats=30.28
        demo-echodone=2.68 demo-echotest=22 demo-enterkeywords=6.66 demo-instruct=73.36
        demo-moreinfo=14.74 demo-nogo=10.52 demo-nomatch=3.66 demo-thanks=5.52
        descending-2tone=0.2 dir-first=2.82 dir-firstlast=3.18 dir-instr=6.6 dir-intro=12.16
        dir-intro-fn=12.2 dir-last=2.42 dir-multi1=0.78 dir-multi2=0.72 dir-multi3=1
        dir-multi9=2.04 dir-nomatch=2.7 dir-nomore=3.14 dir-pls-enter=1.34 dir-usingkeypad=5.96
        dir-welcome=1.8 disabled=1.06 do-not-disturb=1.38 enabled=0.94 enter-num-blacklist=2.4
        entr-num-rmv-blklist=3.1 extension=1.2 feature-not-avail-line=3.18 for=0.82
        from-unknown-caller=1.66 goodbye=0.94 hello=0.8 hello-world=1.42 hours=0.88
        if-correct-press=1.98 im-sorry=1.04 info-about-last-call=2.14 invalid=4.12 is=0.62
        is-in-use=1.2 is-set-to=1.32 location=1.2 lowercase=1.16 minute=0.68 minutes=0.9
        num-was-successfully=1.96 number=0.92 number-not-answering=1.66 one-moment-please=1.6
        pbx-invalid=4.44 pbx-invalidpark=4.96 pbx-parkingfailed=1.72 pbx-transfer=0.96
        please-try-again=1.26 please-try-call-later=2.18 pls-hold-while-try=2.44
        pm-invalid-option=3.22 priv-callee-options=31.14 priv-callpending=3.92
        priv-introsaved=4.18 priv-recordintro=2.28 privacy-incorrect=2.66 privacy-prompt=3.52
        privacy-thankyou=0.96 privacy-to-blacklist-last-caller=1.78 privacy-unident=4.46
        queue-callswaiting=2.48 queue-holdtime=2.8 queue-less-than=1.06 queue-minute=0.84
        queue-minutes=0.88 queue-periodic-announce=7.84 queue-quantity1=2.14 queue-quantity2=2.66
        queue-reporthold=1.1 queue-seconds=1.12 queue-thankyou=1.6 queue-thereare=2.26
        queue-youarenext=5.38 removed=0.88 screen-callee-options=17.96 second=0.76 seconds=1.12
        simul-call-limit-reached=2.38 something-terribly-wrong=2.72 sorry=1.24
        sorry-youre-having-problems=2 speed-dial=1.26 speed-dial-empty=3.24 spy-agent=0.94
        spy-console=1.14 spy-dahdi=1.12 spy-h323=2 spy-iax=0.82 spy-iax2=0.76 spy-jingle=1.04
        spy-local=1.08 spy-mgcp=1.7 spy-misdn=1.7 spy-mobile=1.62 spy-nbs=1.1 spy-sip=0.68
        spy-skinny=1 spy-unistim=1.24 spy-usbradio=1.7 spy-zap=0.88 ss-noservice=4.94
        telephone-number=1.4 time=0.86 to-call-this-number=1.54 to-extension=1.36
        to-listen-to-it=1.22 to-rerecord-it=1.34 transfer=2.4 tt-allbusy=8.98 tt-monkeys=16.18
        tt-monkeysintro=2.7 tt-somethingwrong=2.58 tt-weasels=2.96 unidentified-no-callback=4.6
        uppercase=1.18 vm-Cust1=1.18 vm-Cust2=1.1 vm-Cust3=1.28 vm-Cust4=1.08 vm-Cust5=1.18
        vm-Family=0.84 vm-Friends=0.86 vm-INBOX=0.84 vm-Old=0.88 vm-Urgent=0.8 vm-Work=0.64
        vm-advopts=2.48 vm-and=0.68 vm-calldiffnum=2.52 vm-changeto=1.74 vm-delete=2.3
        vm-deleted=1.4 vm-dialout=2.18 vm-duration=1.74 vm-enter-num-to-call=2.04 vm-extension=1.1
        vm-first=0.76 vm-for=0.78 vm-forward=4.92 vm-forward-multiple=4.54 vm-forwardoptions=5.94
        vm-from=0.74 vm-from-extension=1.88 vm-from-phonenumber=1.86 vm-goodbye=0.88
        vm-helpexit=3.14 vm-incorrect=1.46 vm-incorrect-mailbox=2.56 vm-instructions=7.28
        vm-intro=5.66 vm-invalid-password=5.68 vm-invalidpassword=3.42 vm-isonphone=1.46
        vm-isunavail=1.26 vm-last=0.86 vm-leavemsg=2.08 vm-login=2.56 vm-mailboxfull=4.16
        vm-marked-nonurgent=1.82 vm-marked-urgent=1.88 vm-message=0.94 vm-messages=1.08
        vm-minutes=0.94 vm-mismatch=4.74 vm-msgforwarded=3.06 vm-msginstruct=14.64
        vm-msgsaved=2.18 vm-newpassword=3.7 vm-newuser=6.08 vm-next=2.96 vm-no=0.88
        vm-nobodyavail=2.8 vm-nobox=5.18 vm-nomore=1.68 vm-nonumber=3 vm-num-i-have=1.9
        vm-onefor=1.48 vm-onefor-full=2.02 vm-options=16.38 vm-opts=7.58 vm-opts-full=11.16
        vm-passchanged=2.38 vm-password=1.1 vm-pls-try-again=1.64 vm-press=0.74 vm-prev=2.8
        vm-reachoper=2.14 vm-rec-busy=4.76 vm-rec-name=4.3 vm-rec-temp=5.5 vm-rec-unv=5.46
        vm-received=1.18 vm-record-prepend=7.16 vm-reenterpassword=3.68 vm-repeat=2.9
        vm-review=7.76 vm-review-nonurgent=3.84 vm-review-urgent=3.26 vm-saved=1.02
        vm-savedto=1.28 vm-savefolder=2.88 vm-savemessage=2.72 vm-saveoper=5.22 vm-sorry=3.08
        vm-star-cancel=1.86 vm-starmain=2.82 vm-tempgreetactive=3 vm-tempgreeting=3.26
        vm-tempgreeting2=6.44 vm-tempremoved=2.9 vm-then-pound=1.82 vm-theperson=2.04
        vm-tmpexists=4.86 vm-tocallback=3.72 vm-tocallnum=2.6 vm-tocancel=2.02 vm-tocancelmsg=2.66
        vm-toenternumber=2.54 vm-toforward=3.34 vm-tohearenv=2.88 vm-tomakecall=2.9
        vm-tooshort=1.8 vm-toreply=2.2 vm-torerecord=2.86 vm-undelete=2.94 vm-undeleted=1.72
        vm-unknown-caller=1.62 vm-whichbox=3.2 vm-youhave=0.92 with=0.7 you-entered=0.98 your=0.64
    """,
    "dictate": """
        both_help=5.88 enter_filename=6 forhelp=1.72 pause=1 paused=0.94 play_help=10.2
        playback=1.08 playback_mode=1.4 record=1.14 record_help=6.2 record_mode=1.46
        truncating_audio=1.54
    """,
    "digits": """
        0=0.88 1=0.92 10=0.66 11=0.98 12=0.82 13=0.94 14=1.06 15=1.16 16=1.2 17=1.22 18=1.1
        19=1.24 2=0.76 20=0.94 3=0.84 30=0.92 4=0.82 40=0.96 5=0.84 50=1.24 6=0.9 60=1.04 7=0.84
        70=1.04 8=0.7 80=0.84 9=0.86 90=1.04 a-m=1.04 at=0.7 billion=1.02 day-0=1.04 day-1=0.92
        day-2=0.92 day-3=1.04 day-4=0.92 day-5=0.96 day-6=0.96 dollars=0.92 h-1=0.74 h-10=0.64
        h-11=0.8 h-12=0.7 h-13=1.04 h-14=0.98 h-15=1 h-16=1.02 h-17=1.06 h-18=1.04 h-19=1.14
        h-2=0.86 h-20=0.92 h-3=0.68 h-30=0.8 h-4=0.8 h-40=0.98 h-5=0.72 h-50=1 h-6=0.76 h-60=1
        h-7=0.88 h-70=1 h-8=0.66 h-80=0.82 h-9=0.82 h-90=1.2 h-billion=0.92 h-hundred=0.9
        h-million=0.96 h-thousand=0.98 hundred=0.86 million=0.86 minus=0.9 mon-0=1.02 mon-1=1.02
        mon-10=1 mon-11=1.04 mon-2=0.84 mon-3=0.78 mon-4=0.7 mon-5=0.82 mon-6=0.84 mon-7=0.78
        mon-8=1.02 mon-9=1 oclock=0.88 oh=0.6 p-m=0.88 pound=0.76 star=0.82 thousand=0.9
        today=0.72 tomorrow=0.94 yesterday=1.02
    """,
    "followme": """
        call-from=1.66 no-recording=1.78 options=3.58 pls-hold-while-try=3.26 sorry=3.94
        status=4.64
    """,
    "letters": """
        a=0.62 ascii123=1.22 ascii124=0.72 ascii125=1.16 ascii126=0.78 ascii34=0.76 ascii36=1.3
        ascii37=0.86 ascii38=1.04 ascii39=0.68 ascii40=1.42 ascii41=1.58 ascii42=0.84 ascii44=0.7
        ascii58=0.9 ascii59=1.28 ascii60=1.08 ascii62=1.24 ascii63=1.08 ascii91=1.24 ascii92=1.24
        ascii93=1.26 ascii94=0.78 ascii95=1.02 ascii96=1.08 asterisk=1.14 at=0.62 b=0.76 c=0.88
        d=0.72 dash=0.78 dollar=0.86 dot=0.76 e=0.68 equals=0.88 exclaimation-point=1.54 f=0.6
        g=0.7 h=0.66 i=0.68 j=0.76 k=0.72 l=0.6 m=0.62 n=0.62 o=0.66 p=0.66 plus=0.72 q=0.76
        r=0.74 s=0.62 slash=0.88 space=0.82 t=0.68 u=0.8 v=0.78 w=0.92 x=0.66 y=0.76 z=0.82
        zed=0.82
    """,
    "phonetic": """
        9_p=0.9 a_p=0.92 b_p=0.88 c_p=0.86 d_p=0.92 e_p=0.78 f_p=0.98 g_p=0.74 h_p=0.88 i_p=0.76
        j_p=0.94 k_p=0.86 l_p=0.8 m_p=0.72 n_p=1.02 o_p=0.84 p_p=0.78 q_p=0.82 r_p=0.92 s_p=0.94
        t_p=0.9 u_p=1.08 v_p=0.96 w_p=0.98 x_p=1 y_p=0.98 z_p=0.92
    """,
    "silence": """
        1=1 10=10 2=2 3=3 4=4 5=5 6=6 7=7 8=8 9=9
    """,
}


def usual_sounds() -> dict[str, float]:
    """Return the seconds of every usual sound by its name."""
    sounds: dict[str, float] = {}
    for directory, text in _TABLE.items():
        for item in text.split():
            name, _, seconds = item.rpartition("=")
            sounds[f"{directory}/{name}" if directory else name] = float(seconds)
    return sounds
