//! What a CA certificate says of what may stand below it.

use std::net::IpAddr;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, GeneralSubtree, ParsedExtension};
use x509_parser::oid_registry::{
    OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_EXTENDED_KEY_USAGE, OID_X509_EXT_NAME_CONSTRAINTS,
};

/// Limits to what a CA certificate issues (RFC 5280, sections 4.2.1.9, 4.2.1.10 and 4.2.1.12). What cannot be read allows
/// nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Constraints {
    /// Most intermediates below it that are not self-issued; `None`: any number.
    pub path_length: Option<u32>,
    /// It has extended key usages, and serverAuth is not among them.
    pub not_for_servers: bool,
    /// For which hosts it may issue; `None`: any.
    pub names: Option<NameConstraints>,
    /// It has a critical extension that some verifier does not know: one besides those above, key usage and subject
    /// alternative names.
    pub unknown_critical: bool,
}

/// Basic constraints, key usage, extended key usage, subject alternative names, name constraints: every verifier knows them,
/// but for the last.
const KNOWN: [&str; 5] = [
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.37",
];

/// For which hosts a CA certificate may issue.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NameConstraints {
    /// A verifier that does not know the extension must refuse the certificate.
    pub critical: bool,
    /// Only below one of these domains; `None`: below any.
    pub permitted: Option<Vec<String>>,
    /// Not below these.
    pub excluded: Vec<String>,
    /// It says something of IP addresses too: none of them counts as allowed.
    pub addresses: bool,
    /// It says something of the subject's name: no certificate counts as allowed.
    pub subjects: bool,
}

impl Constraints {
    pub(super) fn of(x509: &X509Certificate<'_>) -> Self {
        let basic = super::parse::extension(x509, &OID_X509_EXT_BASIC_CONSTRAINTS);
        let usages = super::parse::extension(x509, &OID_X509_EXT_EXTENDED_KEY_USAGE);
        Self {
            path_length: match basic {
                Some(ParsedExtension::BasicConstraints(basic)) => basic.path_len_constraint,
                _ => None,
            },
            not_for_servers: match usages {
                None => false,
                Some(ParsedExtension::ExtendedKeyUsage(usages)) => !usages.server_auth,
                Some(_) => true,
            },
            names: NameConstraints::of(x509),
            unknown_critical: x509.extensions().iter().any(|extension| {
                extension.critical && !KNOWN.contains(&extension.oid.to_id_string().as_str())
            }),
        }
    }

    /// Whether a server's certificate for `hosts` may stand below it, with `between` intermediates that are not self-issued
    /// between them.
    pub fn allow(&self, hosts: &[String], between: usize) -> bool {
        let most = self.path_length.map(usize::try_from);
        let near = most.is_none_or(|most| most.is_ok_and(|most| between <= most));
        let names = self.names.as_ref();
        let named = names.is_none_or(|names| hosts.iter().all(|host| names.allow(host)));
        near && named && !self.not_for_servers && !self.unknown_critical
    }

    /// Whether a verifier that does not know name constraints must refuse it.
    pub fn has_critical_names(&self) -> bool {
        self.names.as_ref().is_some_and(|names| names.critical)
    }
}

impl NameConstraints {
    fn of(x509: &X509Certificate<'_>) -> Option<Self> {
        let found = x509.extensions().iter();
        let extension = found
            .into_iter()
            .find(|extension| extension.oid == OID_X509_EXT_NAME_CONSTRAINTS)?;
        let critical = extension.critical;
        let ParsedExtension::NameConstraints(parsed) = extension.parsed_extension() else {
            return Some(Self::nothing(critical));
        };
        let permitted = parsed.permitted_subtrees.as_deref().unwrap_or_default();
        let excluded = parsed.excluded_subtrees.as_deref().unwrap_or_default();
        let domains = domains(permitted);
        Some(Self {
            critical,
            permitted: (!domains.is_empty()).then_some(domains),
            excluded: self::domains(excluded),
            addresses: permitted.iter().chain(excluded).any(is_address),
            subjects: permitted.iter().chain(excluded).any(is_subject),
        })
    }

    fn nothing(critical: bool) -> Self {
        Self {
            critical,
            permitted: Some(Vec::new()),
            excluded: Vec::new(),
            addresses: true,
            subjects: true,
        }
    }

    fn allow(&self, host: &str) -> bool {
        if self.subjects {
            return false;
        }
        if host.parse::<IpAddr>().is_ok() {
            return !self.addresses;
        }
        let host = host.to_ascii_lowercase();
        // A wildcard stands for any name below the rest of it, so for one that is excluded there too.
        let rest = host.strip_prefix("*.");
        let below = |domain: &String| is_below(&host, domain);
        let excluded =
            |domain: &String| below(domain) || rest.is_some_and(|rest| is_below(domain, rest));
        let permitted = self.permitted.as_ref();
        permitted.is_none_or(|permitted| permitted.iter().any(below))
            && !self.excluded.iter().any(excluded)
    }
}

fn domains(subtrees: &[GeneralSubtree<'_>]) -> Vec<String> {
    let names = subtrees.iter().filter_map(|subtree| match subtree.base {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        _ => None,
    });
    names.collect()
}

fn is_subject(subtree: &GeneralSubtree<'_>) -> bool {
    matches!(subtree.base, GeneralName::DirectoryName(_))
}

fn is_address(subtree: &GeneralSubtree<'_>) -> bool {
    matches!(subtree.base, GeneralName::IPAddress(_))
}

/// `domain` itself and everything below it; with a dot in front only what is below; without letters everything.
fn is_below(host: &str, domain: &str) -> bool {
    let Some(front) = host.strip_suffix(domain) else {
        return false;
    };
    domain.is_empty()
        || front.is_empty()
        || front.ends_with('.')
        || (domain.starts_with('.') && !front.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anchors::read_pem;
    use crate::source::SourceFile;
    use rcgen::{
        BasicConstraints, CertificateParams, CidrSubnet, ExtendedKeyUsagePurpose, GeneralSubtree,
        IsCa, KeyPair, NameConstraints as Made,
    };

    fn made(change: impl Fn(&mut CertificateParams)) -> Constraints {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        change(&mut params);
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let (read, findings) = read_pem(&SourceFile::new("made.pem", pem.pem()));
        assert_eq!(findings, []);
        read[0].constraints.clone()
    }

    fn named(permitted: &[&str], excluded: &[&str]) -> Constraints {
        let dns = |names: &[&str]| -> Vec<_> {
            let names = names.iter().map(|name| (*name).to_owned());
            names.map(GeneralSubtree::DnsName).collect()
        };
        let (permitted_subtrees, excluded_subtrees) = (dns(permitted), dns(excluded));
        made(|params| {
            params.name_constraints = Some(Made {
                permitted_subtrees: permitted_subtrees.clone(),
                excluded_subtrees: excluded_subtrees.clone(),
            });
        })
    }

    trait Allows {
        fn allows(&self, host: &str, between: usize) -> bool;
    }

    impl Allows for Constraints {
        fn allows(&self, host: &str, between: usize) -> bool {
            self.allow(&[host.to_owned()], between)
        }
    }

    #[test]
    fn path_length_counts_what_is_between() {
        let any = made(|_| {});
        assert_eq!(any, Constraints::default());
        assert!(any.allows("a.example.com", 9));
        let one = made(|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1)));
        assert!(one.allows("a.example.com", 1));
        assert!(!one.allows("a.example.com", 2));
    }

    #[test]
    fn usages_without_servers_are_for_none() {
        for (usages, expected) in [
            (vec![ExtendedKeyUsagePurpose::ServerAuth], true),
            (vec![ExtendedKeyUsagePurpose::ClientAuth], false),
            (vec![ExtendedKeyUsagePurpose::Any], false),
        ] {
            let read = made(|params| params.extended_key_usages = usages.clone());
            assert_eq!(read.allows("a.example.com", 0), expected, "{usages:?}");
        }
    }

    /// RFC 5280, section 4.2.1.10.
    #[test]
    fn names_below_domains() {
        let only = named(&["example.com"], &["bad.example.com"]);
        for (host, expected) in [
            ("example.com", true),
            ("a.example.com", true),
            ("notexample.com", false),
            ("example.net", false),
            ("bad.example.com", false),
            ("a.bad.example.com", false),
            ("notbad.example.com", true),
            ("192.0.2.1", true),
        ] {
            assert_eq!(only.allows(host, 0), expected, "{host}");
        }
        assert!(only.names.is_some_and(|names| names.critical));
        assert!(named(&[], &["example.com"]).allows("example.net", 0));
        assert!(!is_below("example.com", ".example.com"));
        assert!(is_below("a.example.com", ".example.com"));
    }

    #[test]
    fn addresses_are_refused_where_addresses_are_constrained() {
        let read = made(|params| {
            let subnet = CidrSubnet::V4([192, 0, 2, 0], [255, 255, 255, 0]);
            params.name_constraints = Some(Made {
                permitted_subtrees: vec![GeneralSubtree::IpAddress(subnet)],
                excluded_subtrees: Vec::new(),
            });
        });
        assert!(!read.allows("192.0.2.1", 0));
        assert!(read.allows("a.example.com", 0));
    }

    /// Every name of the certificate counts, and what a wildcard stands for.
    #[test]
    fn all_names_of_the_certificate_must_be_allowed() {
        let only = named(&["example.com"], &[]);
        let names = |names: &[&str]| Vec::from_iter(names.iter().map(|name| (*name).to_owned()));
        assert!(only.allow(&names(&["a.example.com", "*.example.com"]), 0));
        assert!(!only.allow(&names(&["a.example.com", "example.net"]), 0));
        assert!(only.allow(&names(&["CDN.Example.COM"]), 0));
        assert!(named(&[".example.com"], &[]).allow(&names(&["*.example.com"]), 0));
        let without = named(&[], &["bad.example.com"]);
        assert!(!without.allow(&names(&["cdn.Bad.example.com"]), 0));
        assert!(!without.allow(&names(&["*.example.com"]), 0));
        assert!(without.allow(&names(&["*.good.example.com"]), 0));
        let subject = made(|params| {
            let mut name = rcgen::DistinguishedName::new();
            name.push(rcgen::DnType::OrganizationName, "Other");
            params.name_constraints = Some(Made {
                permitted_subtrees: vec![GeneralSubtree::DirectoryName(name)],
                excluded_subtrees: Vec::new(),
            });
        });
        assert!(!subject.allow(&names(&["a.example.com"]), 0));
    }

    #[test]
    fn a_critical_extension_that_not_all_know_allows_nothing() {
        for (critical, expected) in [(true, false), (false, true)] {
            let read = made(|params| {
                let mut strange =
                    rcgen::CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
                strange.set_criticality(critical);
                params.custom_extensions = vec![strange];
            });
            assert_eq!(read.allows("a.example.com", 0), expected);
        }
    }
}
