"""OpenSSH on the loopback that lets one key in, for whoever carries files there."""

import os
import pwd
import shutil
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.app_process import read_until, spoken
from tests.support.ports import free_port

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def ssh_server(folder):
    """A running server; gives the part of an address that names it, and a file for ssh that knows it and has the key."""
    for name in ("host", "mine"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    port = free_port()
    rules = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "mine.pub",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "prohibit-password",
        "Subsystem": "sftp internal-sftp",
    }
    (folder / "sshd_config").write_text("".join(f"{name} {value}\n" for name, value in rules.items()))
    host_key = (folder / "host.pub").read_text()
    (folder / "known").write_text(f"[127.0.0.1]:{port} {host_key}")
    (folder / "config").write_text(f"IdentityFile {folder / 'mine'}\nUserKnownHostsFile {folder / 'known'}\n")
    if os.geteuid() == 0:  # where sshd locks itself in before anybody is let in; Debian makes it at each boot
        with suppress(FileExistsError):
            Path("/run/sshd").mkdir(mode=0o755)
    process = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", str(folder / "sshd_config")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, bufsize=1,
    )  # fmt: skip
    try:
        read_until(spoken(process), r"(Server listening)")
        yield f"{pwd.getpwuid(os.geteuid()).pw_name}@127.0.0.1:{port}", folder / "config"
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
