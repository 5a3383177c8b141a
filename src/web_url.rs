//! What the URL standard reads in a string, for the simulated browser of `fastcors.testing`.

use crate::host::is_loopback;
use crate::public_suffix::registrable_domain;
use url::Url;

/// A URL with its parts, serialized as the URL standard does.
#[derive(Debug, PartialEq, Eq)]
pub struct WebUrl {
    /// The whole URL.
    pub href: String,
    /// Without the colon after it.
    pub scheme: String,
    /// Percent-encoded, empty if there is none.
    pub username: String,
    /// Percent-encoded, empty if there is none.
    pub password: String,
    /// An IPv6 address with its brackets; empty if there is none.
    pub host: String,
    /// The port that a connection goes to; None for a scheme without one.
    pub port: Option<u16>,
    /// Percent-encoded.
    pub path: String,
    /// Without the question mark before it.
    pub query: Option<String>,
    /// Without the number sign before it.
    pub fragment: Option<String>,
    /// The serialized origin; `null` if it is opaque.
    pub origin: String,
    /// The serialized site (HTML standard, "obtain a site"); `null` if the origin is opaque.
    pub site: String,
    /// Whether the URL is potentially trustworthy (Secure Contexts, 3.2).
    pub trustworthy: bool,
}

/// Parses `text`, relative to `base` if it is given. None if either is no URL.
#[must_use]
pub fn parse(text: &str, base: Option<&str>) -> Option<WebUrl> {
    let base = base.map(Url::parse).transpose().ok()?;
    let url = Url::options().base_url(base.as_ref()).parse(text).ok()?;
    let host = url.host_str().unwrap_or_default();
    let origin = url.origin();
    let site = if origin.is_tuple() {
        let domain = registrable_domain(host.as_bytes());
        let domain = domain.and_then(|domain| core::str::from_utf8(domain).ok());
        format!("{}://{}", url.scheme(), domain.unwrap_or(host))
    } else {
        origin.ascii_serialization()
    };
    Some(WebUrl {
        scheme: url.scheme().to_owned(),
        username: url.username().to_owned(),
        password: url.password().unwrap_or_default().to_owned(),
        host: host.to_owned(),
        port: url.port_or_known_default(),
        path: url.path().to_owned(),
        query: url.query().map(str::to_owned),
        fragment: url.fragment().map(str::to_owned),
        origin: origin.ascii_serialization(),
        site,
        trustworthy: matches!(url.scheme(), "https" | "wss" | "file")
            || (!host.is_empty() && is_loopback(host.as_bytes())),
        href: url.into(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_serialized_as_the_standard_does() {
        let url = parse("HTTPS://u:p@Bücher.Example.COM:443/a/../b?q#f", None).unwrap();
        assert_eq!(url.href, "https://u:p@xn--bcher-kva.example.com/b?q#f");
        assert_eq!((url.username.as_str(), url.password.as_str()), ("u", "p"));
        assert_eq!(url.origin, "https://xn--bcher-kva.example.com");
        assert_eq!(url.site, "https://example.com");
        assert_eq!((url.port, url.trustworthy), (Some(443), true));
    }

    #[test]
    fn a_relative_string_needs_a_base() {
        assert_eq!(parse("/items", None), None);
        let url = parse("//api.test/items", Some("http://app.test/")).unwrap();
        assert_eq!(url.href, "http://api.test/items");
        assert!(!url.trustworthy);
    }

    #[test]
    fn a_site_is_a_registrable_domain_and_a_public_suffix_is_its_own() {
        for (text, site) in [
            ("http://a.b.example.co.uk:8000/", "http://example.co.uk"),
            ("http://one.github.io/", "http://one.github.io"),
            ("http://github.io/", "http://github.io"),
            ("http://127.0.0.1:1/", "http://127.0.0.1"),
            ("http://localhost:1/", "http://localhost"),
            ("http://[::1]/", "http://[::1]"),
            ("data:,x", "null"),
        ] {
            assert_eq!(parse(text, None).unwrap().site, site, "{text}");
        }
    }

    #[test]
    fn this_machine_is_trustworthy_without_encryption() {
        for text in
            ["http://localhost/", "http://api.localhost/", "http://127.9.9.9/", "http://[::1]/"]
        {
            assert!(parse(text, None).unwrap().trustworthy, "{text}");
        }
        assert!(!parse("http://localhost.test/", None).unwrap().trustworthy);
    }
}
