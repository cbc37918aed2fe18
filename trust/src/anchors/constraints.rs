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
}

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
        }
    }

    /// Whether a server's certificate for `host` may stand below it, with `between` intermediates that are not self-issued
    /// between them.
    pub fn allow(&self, host: &str, between: usize) -> bool {
        let most = self.path_length.map(usize::try_from);
        let near = most.is_none_or(|most| most.is_ok_and(|most| between <= most));
        let named = self.names.as_ref().is_none_or(|names| names.allow(host));
        near && named && !self.not_for_servers
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
        })
    }

    fn nothing(critical: bool) -> Self {
        Self {
            critical,
            permitted: Some(Vec::new()),
            excluded: Vec::new(),
            addresses: true,
        }
    }

    fn allow(&self, host: &str) -> bool {
        if host.parse::<IpAddr>().is_ok() {
            return !self.addresses;
        }
        let below = |domains: &[String]| domains.iter().any(|domain| is_below(host, domain));
        self.permitted.as_deref().is_none_or(below) && !below(&self.excluded)
    }
}

fn domains(subtrees: &[GeneralSubtree<'_>]) -> Vec<String> {
    let names = subtrees.iter().filter_map(|subtree| match subtree.base {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        _ => None,
    });
    names.collect()
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

    #[test]
    fn path_length_counts_what_is_between() {
        let any = made(|_| {});
        assert_eq!(any, Constraints::default());
        assert!(any.allow("a.example.com", 9));
        let one = made(|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(1)));
        assert!(one.allow("a.example.com", 1));
        assert!(!one.allow("a.example.com", 2));
    }

    #[test]
    fn usages_without_servers_are_for_none() {
        for (usages, expected) in [
            (vec![ExtendedKeyUsagePurpose::ServerAuth], true),
            (vec![ExtendedKeyUsagePurpose::ClientAuth], false),
            (vec![ExtendedKeyUsagePurpose::Any], false),
        ] {
            let read = made(|params| params.extended_key_usages = usages.clone());
            assert_eq!(read.allow("a.example.com", 0), expected, "{usages:?}");
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
            assert_eq!(only.allow(host, 0), expected, "{host}");
        }
        assert!(only.names.is_some_and(|names| names.critical));
        assert!(named(&[], &["example.com"]).allow("example.net", 0));
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
        assert!(!read.allow("192.0.2.1", 0));
        assert!(read.allow("a.example.com", 0));
    }
}
