#![allow(clippy::unwrap_used)]
use super::*;
use crate::cors::{Expressions, Origins, Verdict};
use proptest::prelude::*;

fn told(nearest: &Nearest<'_>) -> String {
    let mut told = vec![nearest.host.name().to_owned()];
    if let Host::Typo(distance) = nearest.host {
        told.push(distance.to_string());
    }
    for (there, name) in [(nearest.scheme, "+scheme"), (nearest.port, "+port")] {
        told.extend(there.then(|| name.to_owned()));
    }
    told.extend(nearest.oddities.names().map(|oddity| format!("!{oddity}")));
    told.join(" ")
}

#[test]
fn how_an_entry_differs_from_an_origin() {
    let cases = [
        // The same host.
        ("https://app.example.com", "http://app.example.com", "same +scheme"),
        ("http://localhost:3000", "http://localhost:5173", "same +port"),
        ("http://localhost:3000", "https://localhost:8443", "same +scheme +port"),
        ("https://app.example.com:8443", "https://app.example.com", "same +port"),
        ("https://app.example.com", "http://app.example.com:8080", "same +scheme +port"),
        ("http://[::1]:3000", "http://[::1]:3001", "same +port"),
        ("https://*.example.com", "http://a.example.com", "same +scheme"),
        ("https://*.example.com", "https://a.example.com:8443", "same +port"),
        ("http://localhost:*", "https://localhost:8443", "same +scheme"),
        // An entry that no browser sends.
        ("https://app.example.com/", "https://app.example.com", "same !slash"),
        ("https://app.example.com/path", "https://app.example.com", "same !path"),
        ("https://app.example.com/*", "https://app.example.com", "same !path"),
        ("https://app.example.com:443", "https://app.example.com", "same !default-port"),
        ("https://App.example.com", "https://app.example.com", "same !case"),
        ("app.example.com", "https://app.example.com", "same !scheme"),
        ("*.example.com", "https://app.example.com", "same !scheme"),
        (".example.com", "https://app.example.com", "same !scheme !dot"),
        ("https://.example.com", "https://example.com", "apex !dot"),
        ("localhost:3000", "http://localhost:3000", "same !scheme"),
        (" https://app.example.com", "https://app.example.com", "same !space"),
        ("https://app.example.com\u{200b}", "https://app.example.com", "same !space"),
        ("'https://app.example.com'", "https://app.example.com", "same !quotes"),
        ("https://u@app.example.com", "https://app.example.com", "same !user"),
        ("https://a.example,https://b.example", "https://b.example", "same !several"),
        ("https://a.example https://b.example", "http://b.example", "same +scheme !several"),
        ("https://b\u{fc}cher.example", "https://xn--bcher-kva.example", "same !unicode"),
        ("https://*.example.com:0", "https://a.example.com", "same +port !port"),
        ("https://*.example.com.", "https://a.example.com.", "same !star"),
        ("https://app-*.example.com", "https://app-7.example.com", "glob !star"),
        ("https://app-*.example.com", "https://app.example.com", "sibling !star"),
        ("https://*", "https://app.example.com", "glob !star"),
        ("http*://app.example.com", "https://app.example.com", "glob !star"),
        ("https://App.example.com/", "http://app.example.com", "same +scheme !case !slash"),
        // Another host.
        ("http://localhost:3000", "http://127.0.0.1:3000", "loopback"),
        ("http://127.0.0.1:3000", "http://[::1]:5173", "loopback +port"),
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
        ("https://app.example.com", "https://ap.example.com", "typo 1"),
        ("https://*.example.com", "https://app.exampel.com", "typo 1"),
        ("https//app.example.com", "https://app.example.com", "typo 1 !scheme !path"),
        ("https:/app.example.com", "https://app.example.com", "typo 1 !scheme !port !path"),
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
        let found = found.as_ref().map(told).unwrap_or_default();
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
fn an_entry_is_corrected_as_a_browser_writes_it() {
    let cases = [
        ("https://App.example.com:443/", "https://app.example.com", "https://app.example.com"),
        ("app.example.com", "http://app.example.com", "http://app.example.com"),
        ("*.example.com", "https://app.example.com", "https://*.example.com"),
        ("https://a.example, https://b.example/", "https://b.example", "https://b.example"),
        (
            "https://b\u{fc}cher.example",
            "https://xn--bcher-kva.example",
            "https://xn--bcher-kva.example",
        ),
    ];
    for (entry, origin, expected) in cases {
        let sought = Sought::new(origin.as_bytes());
        let nearest = sought.nearest([entry.as_bytes()]).unwrap();
        assert_eq!(sought.correction(&nearest), expected.as_bytes(), "{entry}");
    }
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
    assert_eq!(texts("https://a.example/")[0], "https://a.example");
    assert_eq!(texts("null"), [] as [&str; 0]);
}

#[test]
fn a_glob_matches_as_it_reads() {
    let cases = [
        ("a*c", "abc", true),
        ("a*c", "ac", true),
        ("a*c", "abcd", false),
        ("*", "", true),
        ("*a*", "bab", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*b", "ab", false),
        ("ab*ba", "aba", false),
        ("**", "x", true),
        ("a", "a", true),
        ("a", "ab", false),
    ];
    for (glob, text, expected) in cases {
        assert_eq!(is_glob_of(glob.as_bytes(), text.as_bytes()), expected, "{glob} {text}");
    }
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
            let same = nearest.host == Host::Same && !nearest.scheme && !nearest.port;
            let odd = !nearest.oddities.is_empty() || !sought.oddities().is_empty();
            prop_assert!(!same || odd, "{:?} {:?}", nearest, sought);
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
            let _ = (sought.correction(&nearest), sought.pattern(&nearest));
        }
        let _ = (sought.covering(texts()), sought.corrected(), sought.variants(), sought.site());
    }
}
