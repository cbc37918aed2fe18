"""The proven trust store of policy.toml in the build.

PlatformIO, in platformio.ini:

    extra_scripts = post:scripts/perennial.py

Before the build the rendered header is compared with the policy; after it, the store is looked for in firmware.bin. Either ends
the build when it fails. Elsewhere, with the image that the Arduino IDE exports ("Sketch > Export Compiled Binary"):

    python3 scripts/perennial.py [FIRMWARE.bin]

PERENNIAL in the environment is another command than `cargo perennial`.
"""

import os
import shlex
import subprocess
import sys


def check(project, image=None):
    """The exit code of `render --check`: 0 when everything is as the policy says."""
    command = shlex.split(os.environ.get("PERENNIAL", "cargo perennial"))
    command += ["--project", project, "render", "--check"]
    if image is not None:
        command += ["--in", image]
    try:
        return subprocess.run(command, check=False).returncode
    except OSError as error:
        print(f"error: cannot run {command[0]}: {error}", file=sys.stderr)
        print("  = help: install it, or set PERENNIAL to its path", file=sys.stderr)
        return 2


def platformio(env):
    """Hooks both checks into a build of PlatformIO."""
    project = env.subst("$PROJECT_DIR")

    def after(target, source, env):
        return check(project, str(target[0]))

    if env.IsCleanTarget() or env.IsIntegrationDump():
        return
    outcome = check(project)
    if outcome != 0:
        env.Exit(outcome)
    env.AddPostAction("$BUILD_DIR/${PROGNAME}.bin", after)


if "Import" in globals():
    Import("env")  # noqa: F821 (PlatformIO's)
    platformio(env)  # noqa: F821
elif __name__ == "__main__":
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.exit(check(here, *sys.argv[1:2]))
