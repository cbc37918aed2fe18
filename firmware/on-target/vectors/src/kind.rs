//! What can be asked.

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal,)+) => {
        /// A kind of question, and the parts that it has, in order. Numbers are 8 bytes, little-endian.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// Its name in the binary form.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// The kind of this name.
            pub(crate) fn named(name: &[u8]) -> Option<Self> {
                match name {
                    $(name if name == $name.as_bytes() => Some(Self::$kind),)+
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    /// Is this chain trusted? Store; name; floor of the clock; the time, or nothing; certificates. In seconds since 1970.
    Chain = "chain",
    /// How fast is the counter? Rounds. The cost is all that is asked: it must grow by the same for each round.
    Calibration = "calibration",
    /// Which day is that? Days since 1970.
    Day = "day",
    /// Is this message signed? Key; message; signature.
    Ed25519 = "ed25519",
    /// Did the server of this chain sign the handshake? Store, name, floor, time as for a chain; the scheme, 2 bytes
    /// big-endian; hash of the transcript; signature; certificates.
    Handshake = "handshake",
    /// Is this a host name? Its bytes.
    Host = "host",
    /// What does this server answer? First byte that is asked for; most bytes of one read; everything that it says.
    Http = "http",
    /// Is this an application image? Most bytes at once; its bytes.
    Image = "image",
    /// What comes of installing this release? The store; the manifest; how many signatures, and they; the image, as the server has it; how it
    /// comes: bytes at once; bytes after which each connection breaks, or nothing; where the file ends for ever, or nothing;
    /// the length that the server says, or nothing. The flash.
    Install = "install",
    /// Is this release signed, and taken? The store; the manifest; signature files.
    Manifest = "manifest",
    /// What is remembered, and what after more was stored? The flash. What to store: floor of the time, or nothing; epoch of the
    /// release, or nothing; its version; sequence of the rescue store; rounds that succeeded; time of the last success, or
    /// nothing; how often the error came, or nothing; its text; attempts to install the release that failed, or nothing; how
    /// often it was put off, or nothing; its hash; when to try it again; why an image was taken back: 0 to 5, or nothing.
    Memory = "memory",
    /// Which slot is selected? The partition.
    Otadata = "otadata",
    /// Which network? The partition.
    Provisioning = "provisioning",
    /// Where does this redirect lead? URL of the endpoint; file; what it may redirect to, each on a line; locations, one after
    /// the other.
    Redirect = "redirect",
    /// Is this rescue store taken? The envelope; the store of the image.
    Rescue = "rescue",
    /// How does a device fare, from its start on? The store of the image; its version; its epoch; its slot; how many rounds at
    /// most; the flash; how many connections, and what the server says in each, after a byte: 0 where the connection then
    /// ends, 1 where nothing more comes; datagrams that are answered.
    Round = "round",
    /// Is this certificate signed by this key? DER of the certificate; DER of the SubjectPublicKeyInfo.
    Signature = "signature",
    /// What do images do with otadata? The flash; steps, a byte each: the slot that runs, 0 or 1, and 2 times what it does. 0: it
    /// starts; 1: it reached the network; 2: it is confirmed; 3: it is taken back; 4: it selects the other slot.
    Slots = "slots",
    /// What time is it? The random number of the question; the answer; floor, in seconds since 1970.
    Sntp = "sntp",
    /// What is in this store? Its bytes.
    Store = "store",
    /// What is in this store after damage? Its bytes, of which each is changed, with and without the digest made right, and cut off.
    StoreDamaged = "store-damaged",
    /// May this be shown? Its bytes; the longest length.
    Text = "text",
    /// What comes of this connection? Store, name, floor, time as for a chain; everything that the server sends, to a client
    /// whose random numbers are [`Known`](crate::Known).
    Tls = "tls",
    /// Is this a URL? Its bytes.
    Url = "url",
}
