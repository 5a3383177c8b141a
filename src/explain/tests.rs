#![allow(clippy::unwrap_used)]
use super::*;
use crate::cors::{Expressions, Origins, Verdict};
use proptest::prelude::*;

fn described(nearest: &Nearest<'_>) -> String {
    let mut described = vec![nearest.relation.name().to_owned()];
    if let Relation::Typo(distance) = nearest.relation {
        described.push(distance.to_string());
    }
    if nearest.relation.cost() > 0 {
        for (there, name) in [(nearest.scheme, "+scheme"), (nearest.port, "+port")] {
            described.extend(there.then(|| name.to_owned()));
        }
    }
    described.join(" ")
}

#[test]
fn how_an_entry_differs_from_an_origin() {
    let cases = [
        // The same host.
        ("https://app.example.com", "http://app.example.com", "scheme"),
        ("http://localhost:3000", "http://localhost:5173", "port"),
        ("http://localhost:3000", "https://localhost:8443", "scheme-and-port"),
        ("https://app.example.com:8443", "https://app.example.com", "port"),
        ("https://app.example.com", "http://app.example.com:8080", "scheme-and-port"),
        ("http://[::1]:3000", "http://[::1]:3001", "port"),
        ("https://*.example.com", "http://a.example.com", "scheme"),
        ("https://*.example.com", "https://a.example.com:8443", "port"),
        ("http://localhost:*", "https://localhost:8443", "scheme"),
        // Another host.
        ("http://localhost:3000", "http://127.0.0.1:3000", "loopback"),
        ("http://127.0.0.1:3000", "http://[::1]:5173", "loopback +port"),
        ("http://localhost:3000", "http://0.0.0.0:3000", "loopback"),
        ("http://0.0.0.0:3000", "http://127.0.0.1:3000", "loopback"),
        ("http://localhost:*", "http://0.0.0.0:8000", "loopback"),
        ("https://example.com", "https://www.example.com", "www-added"),
        ("https://www.example.com", "https://example.com", "www-missing"),
        ("https://example.com", "https://example.com.", "dot-added"),
        ("https://example.com.", "https://example.com", "dot-missing"),
        ("https://*.example.com", "https://a.example.com.", "dot-added"),
        ("https://*.example.com", "https://example.com", "apex"),
        ("https://*.example.com", "http://example.com", "apex +scheme"),
        ("https://example.com", "https://a.b.example.com", "subdomain"),
        ("https://a.b.example.com", "https://example.com", "parent"),
        ("https://*.a.example.com", "https://example.com", "parent"),
        ("https://app.example.com", "https://shop.example.com", "sibling"),
        ("https://*.a.example.com", "https://shop.example.com", "sibling"),
        // Another site.
        ("https://example.com", "https://example.com.evil.com", "begins-alike"),
        ("https://example.com", "https://example.com-evil.com", "begins-alike"),
        ("https://*.example.com", "https://a.example.com.evil.com", "begins-alike"),
        ("https://*.example.com", "https://example.com.evil.com", "begins-alike"),
        ("https://example.com", "https://evilexample.com", "ends-alike"),
        ("https://*.example.com", "https://evilexample.com", "ends-alike"),
        ("http://10.0.0.1", "http://10.0.0.11", "begins-alike"),
        ("http://localhost", "http://localhost.evil.com", "begins-alike"),
        // A typing error.
        ("https://app.example.com", "https://app.exmaple.com", "typo 1"),
        ("https://app.example.com", "http://app.example.con:80", "typo 1 +scheme"),
        ("https://app.example.com", "https://app.exampl.com", "typo 1"),
        ("https://api.example.com", "https://app.example.com", "sibling"),
        ("https://app.example.com", "https://ap.example.com", "sibling"),
        ("https://my-app.netlify.app", "https://myapp.netlify.app", "typo 1"),
        ("https://*.example.com", "https://app.exampel.com", "typo 1"),
        // Far from all.
        ("https://app.example.com", "https://elsewhere.net", ""),
        ("https://a.co.uk", "https://bbbbbbbb.co.uk", ""),
        ("https://tenant.github.io", "https://another-one.github.io", ""),
        ("http://10.0.0.1", "http://10.0.0.2", ""),
        ("http://app", "http://application.internal", ""),
        ("", "https://", ""),
        ("null", "https://app.example.com", ""),
        ("*", "https://app.example.com", ""),
    ];
    for (entry, origin, expected) in cases {
        let found = Sought::new(origin.as_bytes()).nearest([entry.as_bytes()]);
        let found = found.as_ref().map(described).unwrap_or_default();
        assert_eq!(found, expected, "{entry} {origin}");
    }
}

#[test]
fn an_origin_that_no_browser_sends_is_corrected_where_that_is_evident() {
    let cases: &[(&str, &[&str], Option<&str>)] = &[
        ("https://a.example", &[], None),
        ("https://a.example/", &["slash"], Some("https://a.example")),
        ("https://a.example/x?y", &["path"], Some("https://a.example")),
        ("HTTPS://A.example:443", &["case", "default-port"], Some("https://a.example")),
        ("https://a.example,https://b.example", &["several"], Some("https://a.example")),
        ("https://a.example.", &[], None),
        ("a.example", &["scheme"], None),
        ("https://a.example:0", &["port"], None),
        ("https://a..example", &["host"], None),
        ("https://.a.example", &["dot"], None),
        ("https://*.a.example", &["star"], None),
        ("http://localhost:*", &["star"], None),
    ];
    for &(origin, oddities, corrected) in cases {
        let sought = Sought::new(origin.as_bytes());
        assert!(sought.oddities().names().eq(oddities.iter().copied()), "{origin}");
        assert_eq!(sought.corrected().as_deref(), corrected.map(str::as_bytes), "{origin}");
    }
}

#[test]
fn a_pattern_is_offered_below_what_one_owner_has() {
    let cases = [
        ("https://example.com", "https://a.example.com", Some("https://*.example.com")),
        ("http://example.com", "https://a.example.com:444", Some("https://*.example.com:444")),
        ("https://github.io", "https://a.github.io", None),
        ("https://co.uk", "https://a.co.uk", None),
        ("http://localhost", "http://a.localhost", None),
        ("https://www.example.com", "https://a.example.com", None),
    ];
    for (entry, origin, expected) in cases {
        let sought = Sought::new(origin.as_bytes());
        let nearest = sought.nearest([entry.as_bytes()]).unwrap();
        assert_eq!(sought.pattern(&nearest).as_deref(), expected.map(str::as_bytes), "{origin}");
    }
}

#[test]
fn http_is_nearer_to_https_than_an_applications_own_scheme() {
    let sought = Sought::new(b"http://localhost");
    let entries: [&[u8]; 3] =
        [b"capacitor://localhost", b"https://localhost", b"ionic://localhost"];
    assert_eq!(sought.nearest(entries).map(|nearest| nearest.entry), Some(entries[1]));
}

#[test]
fn an_entry_that_no_browser_sends_is_odd() {
    for entry in ["https://a.example", "http://localhost:3000", "https://*.a.example", "*", "null"]
    {
        assert!(!is_odd(entry.as_bytes()), "{entry}");
    }
    let odd = [
        "",
        "a.example",
        "https://a.example/",
        "https://A.example",
        "https://a.example:443",
        "https://a.example,https://b.example",
        "https://a.examplehttps://b.example",
        "https://a-*.example",
        "https://b\u{fc}cher.example",
        "${ORIGIN}",
        "[\"https://a.example\"]",
        r"https://.*\.a\.example",
    ];
    for entry in odd {
        assert!(is_odd(entry.as_bytes()), "{entry}");
    }
}

#[test]
fn each_relation_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<_> =
        Relation::ALL.iter().map(|each| each.name()).collect();
    assert_eq!(names.len(), Relation::ALL.len());
}

#[test]
fn variants_change_one_thing_before_two() {
    let texts = |origin: &str| -> Vec<String> {
        let variants = Sought::new(origin.as_bytes()).variants();
        variants.iter().map(|variant| variant.text.escape_ascii().to_string()).collect()
    };
    assert_eq!(
        texts("http://www.a.example:8080")[..4],
        [
            "https://www.a.example:8080",
            "http://www.a.example",
            "https://www.a.example",
            "http://a.example:8080"
        ]
    );
    assert_eq!(
        texts("https://a.example"),
        ["http://a.example", "https://www.a.example", "http://www.a.example"]
    );
    assert_eq!(
        texts("http://127.0.0.1:3000")[2..5],
        ["http://localhost:3000", "http://[::1]:3000", "http://0.0.0.0:3000"]
    );
    assert_eq!(texts("https://a.example/")[0], "https://a.example");
    assert_eq!(texts("null"), [] as [&str; 0]);
}

const ORIGIN: &str = "(https?://)?(www\\.|\\.|\\*\\.)?(a|b|ab|\\*)(\\.(com|co\\.uk|a|\\*)){0,3}\\.?(:(80|443|\\*))?/?";

proptest! {
    #[test]
    fn the_nearest_of_many_is_the_one_that_is_nearest_alone(
        entries in proptest::collection::vec(ORIGIN, 0..8),
        origin in ORIGIN,
    ) {
        let sought = Sought::new(origin.as_bytes());
        let alone = entries.iter().filter_map(|entry| sought.nearest([entry.as_bytes()]));
        let expected = alone.min_by_key(|nearest| (nearest.cost, nearest.entry));
        prop_assert_eq!(sought.nearest(entries.iter().map(String::as_bytes)), expected);
    }

    #[test]
    fn what_is_rejected_differs_from_its_nearest_in_something(
        entries in proptest::collection::vec(ORIGIN, 1..5),
        origin in ORIGIN,
    ) {
        let mut origins = Origins::with_capacity(0, Expressions::default(), false);
        for entry in &entries {
            origins.add(entry.as_bytes()).unwrap();
        }
        let sought = Sought::new(origin.as_bytes());
        let nearest = sought.nearest(origins.entries());
        let listed = entries.iter().any(|entry| *entry == origin && !origin.contains('*'));
        let covered = sought.covering(origins.entries()).is_some();
        prop_assert_eq!(
            origins.verdict(origin.as_bytes()) == Verdict::Allowed,
            origins.any() || listed || covered
        );
        let is_rejected = origins.verdict(origin.as_bytes()) != Verdict::Allowed;
        if let Some(nearest) = nearest.filter(|_| is_rejected) {
            let odd = is_odd(nearest.entry) || !sought.oddities().is_empty();
            prop_assert!(nearest.relation != Relation::Same || odd, "{:?} {:?}", nearest, sought);
        }
    }

    #[test]
    fn any_bytes_can_be_compared(
        entries in proptest::collection::vec("[ -~]{0,20}|\\PC{0,8}|.*", 0..4),
        origin in proptest::collection::vec(any::<u8>(), 0..30),
    ) {
        let sought = Sought::new(&origin);
        let texts = || entries.iter().map(String::as_bytes);
        if let Some(nearest) = sought.nearest(texts()) {
            let _ = (is_odd(nearest.entry), sought.pattern(&nearest));
        }
        let _ = (sought.covering(texts()), sought.corrected(), sought.variants(), sought.site());
    }
}
