//! Why a range differs: computed from others, decided by an input, moved, leaked; or nothing at hand says why.

use super::compare::{Pair, Presence, Raw};
use super::layout::{Content, Derived, Role, Unit};
use super::model::{Cause, Input, LeakKind, Reach, StringPair};
use super::moves::Moves;
use super::text;

/// What is known when one pair of files is explained.
pub(super) struct Case<'a> {
    /// The files.
    pub(super) pair: Pair<'a>,
    /// Unequal inputs, the first in the order of their effects first.
    pub(super) inputs: &'a [Input],
    /// Whether both sides say in a `release.json` what they were built from.
    pub(super) recorded: bool,
    /// What differs in the ELF files, where both are at hand.
    pub(super) elf: Option<&'a str>,
    /// Name and SHA-256 of the other files that differ.
    pub(super) hashes: &'a [(String, [String; 2])],
    /// The name of the file.
    pub(super) name: &'a str,
    /// What of the files is not what their own bytes demand: "in B the checksum is wrong".
    pub(super) faulty: Option<String>,
}

/// What differs in a pair as a whole.
pub(super) struct Overview {
    /// Content that is loaded, or the store or a value of the descriptor: all of it is in the ELF file too.
    pub(super) program: bool,
    /// Content whose length may have changed.
    pub(super) content: bool,
    /// A field of the store that is not computed.
    pub(super) store: bool,
    /// The digest of the signed image.
    pub(super) signed: bool,
}

impl Overview {
    /// Looks at every range.
    pub(super) fn of(raws: &[Raw<'_>]) -> Self {
        let any = |test: fn(&Raw<'_>) -> bool| raws.iter().any(test);
        let content = any(|raw| matches!(raw.unit.role, Role::Content(_)));
        let store = any(|raw| raw.unit.role == Role::Store);
        let descriptor = any(|raw| raw.unit.role == Role::Value && raw.unit.class == "descriptor");
        Self {
            program: content || store || descriptor,
            content: content || store,
            store,
            signed: any(|raw| {
                matches!(
                    raw.unit.role,
                    Role::Derived(Derived::PaddedDigest, _) | Role::SigningKey(_)
                )
            }),
        }
    }
}

impl Case<'_> {
    /// Why `raw` differs, and the text around it.
    ///
    /// What nothing explains, in a file whose own checksum or hash is wrong, was changed after the file was made.
    pub(super) fn cause(
        &self,
        raw: &Raw<'_>,
        overview: &Overview,
        moves: &Moves,
    ) -> (Cause, Vec<StringPair>) {
        let (cause, strings) = self.known(raw, overview, moves);
        match (&self.faulty, cause) {
            (Some(faulty), Cause::Changed) => {
                let problem = format!("changed after the file was made: {faulty}");
                (Cause::Damage { problem }, strings)
            }
            (_, cause) => (cause, strings),
        }
    }

    fn known(&self, raw: &Raw<'_>, overview: &Overview, moves: &Moves) -> (Cause, Vec<StringPair>) {
        match &raw.unit.role {
            Role::Content(content) => self.content(raw, *content, overview, moves),
            Role::Derived(derived, _) => (self.derived(raw, *derived, overview), Vec::new()),
            Role::Filler(filler) => (self.filler(raw, *filler), Vec::new()),
            Role::SigningKey(digest) => (signing_key(raw, digest), Vec::new()),
            Role::Store => self.store(raw, overview),
            Role::Structure => (self.structure(raw, overview, moves), Vec::new()),
            Role::Value => self.value(raw),
        }
    }

    fn bytes(&self, raw: &Raw<'_>) -> (&[u8], &[u8]) {
        (
            self.pair.a.get(raw.a.clone()).unwrap_or_default(),
            self.pair.b.get(raw.b.clone()).unwrap_or_default(),
        )
    }

    fn derived(&self, raw: &Raw<'_>, derived: Derived, overview: &Overview) -> Cause {
        if let Some(problem) = self.damage(raw) {
            return Cause::Damage { problem };
        }
        if raw.presence != Presence::Both && raw.unit.class == "signature" {
            return signature_value(raw);
        }
        let because = match derived {
            Derived::Checksum => "it is the XOR of the segments' data, which differs",
            Derived::Digest => {
                "it is the SHA-256 of all bytes of the image before it, which differ"
            }
            Derived::ElfHash => return self.elf_hash(overview),
            Derived::OtadataCrc => "it is the CRC of the sequence, which differs",
            Derived::PaddedDigest => "it is the SHA-256 of the padded image, which differs",
            Derived::Signature if overview.signed => "it signs another image, or with another key",
            Derived::Signature => {
                "the image and the key are the same, and the salt of an RSA-PSS signature is random; \
                 `verify` says whether it is valid"
            }
            Derived::SignatureCrc => "it is the CRC of the signature block, which differs",
            Derived::StoreDigest => "it is the SHA-256 of the trust store before it, which differs",
            Derived::TableMd5 => "it is the MD5 of the entries, which differ",
        };
        consequence(because)
    }

    /// What is not as its own file demands.
    fn damage(&self, raw: &Raw<'_>) -> Option<String> {
        let (a, b) = self.bytes(raw);
        let sides = match raw.presence {
            Presence::Both => [("A", Some(raw.unit), a), ("B", raw.other, b)],
            Presence::OnlyA => [("A", Some(raw.unit), a), ("B", None, b)],
            Presence::OnlyB => [("A", None, a), ("B", Some(raw.unit), b)],
        };
        sides.into_iter().find_map(|(side, unit, found)| {
            let Role::Derived(_, Some(expected)) = &unit?.role else {
                return None;
            };
            let (found, expected) = (hex::encode(found), hex::encode(expected));
            (found != expected).then(|| format!("in {side} it is {found}, and must be {expected}"))
        })
    }

    fn elf_hash(&self, overview: &Overview) -> Cause {
        if let Some(sections) = self.elf {
            return consequence(format!(
                "it is the SHA-256 of the ELF file, which differs in {sections}"
            ));
        }
        if overview.program {
            return consequence(
                "it is the SHA-256 of the ELF file, which holds what differs in this image",
            );
        }
        self.by_input(Reach::Value).unwrap_or(Cause::Changed)
    }

    fn filler(&self, raw: &Raw<'_>, filler: u8) -> Cause {
        let (a, b) = self.bytes(raw);
        for (side, bytes) in [("A", a), ("B", b)] {
            if let Some(wrong) = bytes.iter().position(|byte| *byte != filler) {
                let found = bytes.get(wrong).copied().unwrap_or_default();
                let problem = format!(
                    "in {side} byte {wrong} of it is 0x{found:02x}, and all must be 0x{filler:02x}"
                );
                return Cause::Damage { problem };
            }
        }
        match raw.presence {
            Presence::Both => consequence("what stands before it has another length"),
            Presence::OnlyA => consequence("it only fills up, and B has something there"),
            Presence::OnlyB => consequence("it only fills up, and A has something there"),
        }
    }

    fn structure(&self, raw: &Raw<'_>, overview: &Overview, moves: &Moves) -> Cause {
        let (a, b) = self.bytes(raw);
        if let (Ok(a), Ok(b)) = (<[u8; 4]>::try_from(a), <[u8; 4]>::try_from(b)) {
            let (a, b) = (u32::from_le_bytes(a), u32::from_le_bytes(b));
            if moves.is_moved(a, b) {
                return moved((a, b));
            }
            // An address that names nothing which is in both.
            if raw.unit.name.ends_with("entry point") || raw.unit.name.ends_with(": address") {
                return self.by_input(Reach::Program).unwrap_or(Cause::Changed);
            }
        }
        match overview.content {
            true => consequence("lengths and places are those of the contents, which differ"),
            false => self.by_input(Reach::Program).unwrap_or(Cause::Changed),
        }
    }

    fn store(&self, raw: &Raw<'_>, overview: &Overview) -> (Cause, Vec<StringPair>) {
        let counts = ["-count", "-length"];
        let name = raw.unit.name.as_str();
        let strings = self.strings(raw).map(|(_, shown)| shown);
        let strings: Vec<StringPair> = strings.into_iter().collect();
        if counts.iter().any(|end| name.ends_with(end)) && overview.store && raw.other.is_some() {
            return (consequence("it counts what differs in the store"), strings);
        }
        if let Some(cause) = self.by_input(Reach::Store) {
            return (cause, strings);
        }
        let cause = match (self.recorded, raw.presence) {
            (true, _) => Cause::Changed,
            (false, _) if self.faulty.is_some() => Cause::Changed,
            (false, Presence::Both) => given(
                "trust store",
                "the store is rendered from the policy, and says something else",
            ),
            (false, Presence::OnlyA) => given("trust store", "only the store of A has it"),
            (false, Presence::OnlyB) => given("trust store", "only the store of B has it"),
        };
        (cause, strings)
    }

    fn value(&self, raw: &Raw<'_>) -> (Cause, Vec<StringPair>) {
        let unit = raw.unit;
        let field = unit.name.rsplit(": ").next().unwrap_or(&unit.name);
        let strings = self
            .strings(raw)
            .map(|(_, shown)| shown)
            .into_iter()
            .collect();
        if unit.class == "signature" {
            return (signature_value(raw), strings);
        }
        let names: &[&str] = match (unit.class, field) {
            ("descriptor", "version") => &["version"],
            ("descriptor", "project") => &["product"],
            ("descriptor", "time" | "date") => &["source-date-epoch", "released"],
            ("descriptor", "secure version") => &["secure-version"],
            ("bootloader", _) => &["toolchain.bootloader-sha256", "toolchain.converter"],
            ("header", _) => &["toolchain.converter"],
            _ => &[],
        };
        let mut inputs = self.inputs.iter();
        let named = inputs.find(|input| names.contains(&input.name.as_str()));
        if let Some(input) = named.filter(|_| self.recorded || self.faulty.is_none()) {
            return (by(input), strings);
        }
        let cause = match (unit.class, self.recorded) {
            ("descriptor", false) if self.faulty.is_some() => Cause::Changed,
            ("descriptor", false) => given(field, "it is a value that the build was given"),
            ("descriptor", true) if ["time", "date"].contains(&field) => Cause::Leak {
                leak: if field == "date" {
                    LeakKind::Date
                } else {
                    LeakKind::Time
                },
                because: "both releases record the same instant: this one was read from a clock"
                    .to_owned(),
            },
            _ => self.by_input(Reach::Program).unwrap_or(Cause::Changed),
        };
        (cause, strings)
    }

    fn content(
        &self,
        raw: &Raw<'_>,
        content: Content,
        overview: &Overview,
        moves: &Moves,
    ) -> (Cause, Vec<StringPair>) {
        if let Some(moved) = self.moved(raw, content, moves) {
            return (moved, Vec::new());
        }
        let strings = match content {
            Content::Code => None,
            Content::Data | Content::NotLoaded | Content::Text => self.strings(raw),
        };
        let (decided, shown) = match strings {
            Some((decided, shown)) => (decided, vec![shown]),
            None => (None, Vec::new()),
        };
        // Reports and statements are full of days, and none is of the machine that wrote them.
        let decided = decided.filter(|cause| content != Content::Text || !is_instant(cause));
        let cause = self
            .of_text(raw, content)
            .or(decided)
            .or_else(|| self.bootloader(raw.unit))
            .or_else(|| self.not_loaded(raw.unit, overview, moves))
            .or_else(|| self.by_input(Reach::Program));
        (cause.unwrap_or(Cause::Changed), shown)
    }

    /// What names the address of something that moved.
    fn moved(&self, raw: &Raw<'_>, content: Content, moves: &Moves) -> Option<Cause> {
        if content == Content::Text {
            return None;
        }
        if let Some(targets) = raw.targets {
            return moves
                .corresponds(targets.0, targets.1)
                .then(|| moved(targets));
        }
        if content == Content::NotLoaded || raw.a.len() != raw.b.len() || !moves.any() {
            return None;
        }
        let words = self.words(raw)?;
        let mut first = None;
        for (a, b) in words {
            if a != b && !moves.corresponds(a, b) {
                return None;
            }
            if a != b {
                first.get_or_insert((a, b));
            }
        }
        first.map(moved)
    }

    /// The aligned words around a difference of equal length.
    fn words(&self, raw: &Raw<'_>) -> Option<Vec<(u32, u32)>> {
        let before = (raw.unit.address_of(raw.a.start)? % 4) as usize;
        if raw.other?.address_of(raw.b.start)? as usize % 4 != before {
            return None;
        }
        let length = (before + raw.a.len()).next_multiple_of(4);
        let words = |bytes: &[u8], start: usize| -> Option<Vec<u32>> {
            let start = start.checked_sub(before)?;
            let (words, _) = bytes.get(start..start + length)?.as_chunks::<4>();
            Some(words.iter().map(|word| u32::from_le_bytes(*word)).collect())
        };
        let a = words(self.pair.a, raw.a.start)?;
        let b = words(self.pair.b, raw.b.start)?;
        Some(a.into_iter().zip(b).collect())
    }

    /// The text around, and what it decides: that it is the value of an input, or a leak.
    fn strings(&self, raw: &Raw<'_>) -> Option<(Option<Cause>, StringPair)> {
        let (one, other) = text::pair(self.pair.a, &raw.a, self.pair.b, &raw.b)?;
        let shown = text::shown(one.as_ref(), other.as_ref());
        let holds = |text: &Option<text::Text>, value: &Option<String>| {
            text.as_ref()
                .zip(value.as_ref())
                .is_some_and(|(text, value)| value.len() >= 4 && text.has(value))
        };
        let input = self
            .inputs
            .iter()
            .find(|input| holds(&one, &input.a) && holds(&other, &input.b));
        let decided = match (input, shown.leak) {
            (Some(input), _) => Some(by(input)),
            (None, Some(leak)) => Some(Cause::Leak {
                leak,
                because: format!("{} of the machine that built it", leak.words()),
            }),
            (None, None) => None,
        };
        Some((decided, shown))
    }

    /// What a text file says of the others.
    fn of_text(&self, raw: &Raw<'_>, content: Content) -> Option<Cause> {
        if content != Content::Text {
            return None;
        }
        let (a, b) = self.bytes(raw);
        let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
        let manifest = |name: &str| name == crate::release::manifest::FILE_NAME;
        let known = self
            .hashes
            .iter()
            .find(|(_, [of_a, of_b])| a.contains(of_a.as_str()) && b.contains(of_b.as_str()));
        if let Some((file, _)) = known {
            return Some(consequence(format!(
                "it is the SHA-256 of {file}, which differs"
            )));
        }
        if self.name.ends_with(".minisig") && self.hashes.iter().any(|(name, _)| manifest(name)) {
            return Some(consequence("it signs release.json, which differs"));
        }
        let values = self.inputs.iter().find(|input| {
            let has = |text: &str, value: &Option<String>| {
                value
                    .as_ref()
                    .is_some_and(|value| text.contains(value.as_str()))
            };
            has(&a, &input.a) && has(&b, &input.b)
        });
        values.map(by).or_else(|| {
            // Reports and manifests speak of everything.
            let size =
                a.contains("\"size\":") && b.contains("\"size\":") && !self.hashes.is_empty();
            if size {
                return Some(consequence("it is the length of a file that differs"));
            }
            self.inputs.first().map(by)
        })
    }

    fn bootloader(&self, unit: &Unit) -> Option<Cause> {
        if unit.class != "bootloader" {
            return None;
        }
        let names = ["toolchain.bootloader-sha256", "toolchain.converter"];
        let mut inputs = self.inputs.iter();
        inputs
            .find(|input| names.contains(&input.name.as_str()))
            .map(by)
    }

    /// Symbols name addresses: they differ when something moved.
    fn not_loaded(&self, unit: &Unit, overview: &Overview, moves: &Moves) -> Option<Cause> {
        let follows = unit.class == "symbols" && moves.any() && overview.content;
        follows.then(|| consequence("symbols name the addresses of what moved"))
    }

    /// The first unequal input that has effects there.
    fn by_input(&self, reach: Reach) -> Option<Cause> {
        let mut inputs = self.inputs.iter();
        let reaches = |input: &&Input| match reach {
            Reach::Program => input.reach == Reach::Program,
            Reach::Store => {
                input.reach == Reach::Store || (self.recorded && input.reach == Reach::Program)
            }
            Reach::Value => self.recorded || input.reach == Reach::Program,
        };
        if reach == Reach::Store && !self.recorded {
            return None;
        }
        inputs.find(reaches).map(by)
    }
}

/// Whether it is a leak of a day or a time.
fn is_instant(cause: &Cause) -> bool {
    use LeakKind::{Date, Time, UnixTime};
    matches!(
        cause,
        Cause::Leak {
            leak: Date | Time | UnixTime,
            ..
        }
    )
}

fn consequence(because: impl Into<String>) -> Cause {
    Cause::Consequence {
        because: because.into(),
    }
}

fn given(input: &str, because: &str) -> Cause {
    Cause::Input {
        input: input.to_owned(),
        because: because.to_owned(),
    }
}

fn by(input: &Input) -> Cause {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "missing".to_owned());
    Cause::Input {
        input: input.name.clone(),
        because: format!("{} in A, {} in B", shown(&input.a), shown(&input.b)),
    }
}

fn moved((a, b): (u32, u32)) -> Cause {
    Cause::Moved {
        because: match a == b {
            true => format!("it names 0x{a:08x} from another place"),
            false => format!("it names what is at 0x{a:08x} in A and at 0x{b:08x} in B"),
        },
    }
}

fn signing_key(raw: &Raw<'_>, digest: &str) -> Cause {
    let because = match (raw.presence, raw.other.map(|other| &other.role)) {
        (Presence::Both, Some(Role::SigningKey(other))) => {
            format!("key {digest} in A, {other} in B")
        }
        (Presence::OnlyB, _) => format!("only B is signed with key {digest}"),
        _ => format!("only A is signed with key {digest}"),
    };
    given("signing key", &because)
}

/// Magic, version and reserved bytes: the same in every block that is there.
fn signature_value(raw: &Raw<'_>) -> Cause {
    match raw.presence {
        Presence::Both => Cause::Changed,
        Presence::OnlyA => given("signing key", "only A has this signature block"),
        Presence::OnlyB => given("signing key", "only B has this signature block"),
    }
}

/// What of the files is not what their own bytes demand.
pub(super) fn faulty(pair: &Pair<'_>) -> Option<String> {
    let sides = [("A", pair.a, pair.layout_a), ("B", pair.b, pair.layout_b)];
    sides.into_iter().find_map(|(side, bytes, layout)| {
        let wrong = layout.units.iter().find(|unit| match &unit.role {
            Role::Derived(Derived::ElfHash, _) => false,
            Role::Derived(_, Some(expected)) => bytes.get(unit.range.clone()) != Some(expected),
            _ => false,
        })?;
        Some(format!("in {side} {} is not that of its bytes", wrong.name))
    })
}
