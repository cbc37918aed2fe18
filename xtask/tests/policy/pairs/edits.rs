//! Edits of this project that several pairs are made with.

use crate::support::Edit::{self, Append, Copy, Remove, Replace};

/// Files.
pub(super) const POLICY: &str = "policy.toml";
pub(super) const EVENTS: &str = "trust/calendar/events.toml";
pub(super) const ROOTS: &str = "trust/calendar/roots.toml";
pub(super) const RELEASE: &str = "trust/releases/1.0.4.toml";

pub(super) const DEVELOPMENT_KEY: &str = "    { public = \"RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6\", role = \"development\" },\n";
pub(super) const TWO_KEYS: &str = "    { public = \"RWSBlWiwPqCRlnukLnkTTA8Fz0ZLvlPVqSZqZ4amJ5elJT18VWHtD4+6\", role = \"development\" },
    { public = \"RWTBRsk/uUtwLC7DmWtb/5bmrnRorqCinjrpnQEftV53MgkhFHUrNxJQ\", role = \"release\" },\n";
pub(super) const SECOND_KEY: Edit = Replace(POLICY, DEVELOPMENT_KEY, TWO_KEYS);
pub(super) const THRESHOLD_2: Edit = Replace(
    POLICY,
    "[signing]\nthreshold = 1",
    "[signing]\nthreshold = 2",
);
pub(super) const THRESHOLD_1: Edit = Replace(
    POLICY,
    "[signing]\nthreshold = 2",
    "[signing]\nthreshold = 1",
);

pub(super) const RESCUE: Edit = Append(
    POLICY,
    "
[rescue]
threshold = 2
keys = [
    { public = \"RWQmdZfkT/SYaWYq6o4BQklgCMnqwLSkbrR8NY36w7bKvRD5BTHdy/Rg\", role = \"rescue\" },
    { public = \"RWQMTHP7LnUlD8mM6w/EGcKuYOZZm3N/UtHE7/RiLC4FBlQIEN8YHx0c\", role = \"rescue\" },
]
",
);
pub(super) const NO_RESCUE: Edit = Replace(
    POLICY,
    "
[rescue]
threshold = 2
keys = [
    { public = \"RWRApa3qh3Dxmh63Nn8WvQpQEguL13CrHfpboXwW6J3aqrWWVx19+rf0\", role = \"development\" },
    { public = \"RWTArhtcA76JWTzS1UDHK5b1G1t/jg3akZ6Pe5YqSJbdYm8mykQeBfmO\", role = \"development\" },
]
",
    "",
);

pub(super) const AUDIT: Edit = Append(
    POLICY,
    "
[audit]
threshold = 2
distinct = 2
builders = [
    { name = \"one\", operator = \"us\", public = \"RWQmdZfkT/SYaWYq6o4BQklgCMnqwLSkbrR8NY36w7bKvRD5BTHdy/Rg\" },
    { name = \"two\", operator = \"them\", public = \"RWQMTHP7LnUlD8mM6w/EGcKuYOZZm3N/UtHE7/RiLC4FBlQIEN8YHx0c\" },
]
",
);

pub(super) const THIRD_ROOT: Edit = Replace(
    POLICY,
    "[[endpoint]]\nname = \"primary\"",
    "[[required-root]]
name = \"ISRG Root X1\"
sha256 = \"96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6\"
reason = \"servers that still send the RSA chain\"

[[endpoint]]\nname = \"primary\"",
);
pub(super) const NO_THIRD_ROOT: Edit = Replace(
    POLICY,
    "[[required-root]]
name = \"ISRG Root X1\"
sha256 = \"96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6\"
reason = \"servers that still send the RSA chain\"

",
    "",
);

pub(super) const FAILOVER: &str = "[[endpoint]]
name = \"failover\"
url = \"https://ota.example.net/perennial/\"
owner = \"DigiCert\"
profile = \"default\"
key-type = \"ecdsa\"
leaf-days = 199
";
pub(super) const PRIMARY: &str = "[[endpoint]]
name = \"primary\"
url = \"https://ota.example.com/perennial/\"
owner = \"Let's Encrypt\"
profile = \"default\"
key-type = \"ecdsa\"
leaf-days = 90
";
pub(super) const THIRD_SERVER: &str = "[[endpoint]]
name = \"third\"
url = \"https://ota.example.org/perennial/\"
owner = \"Let's Encrypt\"
profile = \"default\"
key-type = \"ecdsa\"
leaf-days = 90

[coverage]";
pub(super) const THIRD_ENDPOINT: Edit = Replace(POLICY, "[coverage]", THIRD_SERVER);
pub(super) const ONE_PATH: Edit = Replace(
    POLICY,
    "independent-paths = 2\ndistinct-owners = 2",
    "independent-paths = 1\ndistinct-owners = 1",
);

pub(super) const WAIVER: Edit = Append(
    POLICY,
    "
[[waiver]]
code = \"A104\"
anchor = \"ISRG Root X2\"
owner = \"pki-team\"
reason = \"looked at\"
expires = \"2027-06-30\"
",
);

pub(super) const PINS: Edit = Replace(
    POLICY,
    "[coverage]",
    "[[pin-fallback]]
endpoint = \"failover\"
spki-sha256 = [
    \"0906db44298f472becd7d5c0dd5320c5986111859edf3ad4fb5e03274b42a97a\",
    \"9f9918ae6147e3c99f41ff27816b6d6c5213bb9f8a69bd602f91b39d49988df6\",
]
expires = \"2032-06-30\"
after-expiry = \"roots-only\"

[coverage]",
);

/// Both CAs are announced to go.
pub(super) const BOTH_GO: Edit = Append(
    EVENTS,
    "
[[event]]
date = \"2030-03-01\"
owner = \"DigiCert\"
kind = \"distrust\"
retires = [
    { name = \"DigiCert TLS ECC P384 Root G5\", sha256 = \"018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05\" },
]
confidence = \"announced\"
source = \"made up for a test\"

[[event]]
date = \"2030-03-02\"
owner = \"Let's Encrypt\"
kind = \"distrust\"
retires = [
    { name = \"ISRG Root X2\", sha256 = \"69729b8e15a86efc177a57afb7171dfc64add28c2fca8cf1507e34453ccb1470\" },
]
confidence = \"announced\"
source = \"made up for a test\"
",
);
pub(super) const DIGICERT_GOES_LATER: Edit = Replace(EVENTS, "2030-03-01", "2032-01-01");
pub(super) const DIGICERT_GOES_EARLIER: Edit = Replace(EVENTS, "2032-01-01", "2031-01-01");
pub(super) const RESCUE_STORE: &str = "trust/rescues/4.toml";
pub(super) const PUBLISHED_RESCUE: Edit = Append(
    RESCUE_STORE,
    "\
schema-version = 1
sequence = 4
product = \"perennial-reference\"
issued = \"2026-05-04\"
store-sha256 = \"a02fafa192c8cb81cb1341554f9c05b71cca2a890b0d1298d683647c961efbdf\"
sha256 = \"018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05\"
signed-by = [\"6998F44FE4977526\"]
",
);
pub(super) const NEWER: &str = "trust/releases/1.0.5.toml";
pub(super) const NEWER_RELEASE: Edit = Copy(NEWER, RELEASE, "1.0.4", "1.0.5");

pub(super) const NO_POLICY: &[Edit] = &[Remove(POLICY)];
