use core::fmt;
use core::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::pattern::{LONGEST_PORT, OriginPattern, has_only_labels, parse_port};
use crate::host::LONGEST_HOST;
use crate::origin_parts::split_scheme;

/// A set of [`OriginPattern`]s, to find one that covers an origin.
///
/// The patterns are not compared with the origin: those that would cover it are looked up by hash.
/// They follow from the lengths of scheme and host that patterns in the set have. Usually one length
/// fits the origin, whatever the number of patterns, and there are never more than two look-ups for
/// each label and each length of a scheme. The hash is seeded at random for each set.
///
/// ```
/// # use fastcors::cors::{OriginPattern, OriginPatterns, PatternError};
/// let mut patterns = OriginPatterns::default();
/// patterns.insert(OriginPattern::parse(b"https://*.example.com")?);
/// patterns.insert(OriginPattern::parse(b"http://localhost:*")?);
/// assert!(patterns.matches(b"https://a.example.com") && patterns.matches(b"http://localhost:8000"));
/// assert!(!patterns.matches(b"https://example.com") && !patterns.matches(b"https://localhost"));
/// # Ok::<(), PatternError>(())
/// ```
#[derive(Debug, Default)]
pub struct OriginPatterns {
    table: HashTable<Text>,
    forms: Vec<Form>,
    state: RandomState,
}

/// How long the parts of a pattern are. A hundred thousand patterns have a few dozen forms between
/// them: at most four for each length of a scheme and of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Of [`Parts::scheme`].
    scheme: usize,
    /// Of [`Parts::tail`] without its port.
    tail: usize,
    subdomains: bool,
    any_port: bool,
}

impl Form {
    /// The position of the tail in an origin whose host ends at `end`, if the origin may be of this form.
    #[inline]
    fn place_in(&self, origin: &[u8], end: usize) -> Option<usize> {
        let place = end.checked_sub(self.tail)?;
        let fits = if self.subdomains {
            place > self.scheme && origin.get(place) == Some(&b'.')
        } else {
            place == self.scheme
        };
        (fits && end - self.scheme <= LONGEST_HOST).then_some(place)
    }
}

impl OriginPatterns {
    /// Adds a pattern; one that is there already changes nothing.
    pub fn insert(&mut self, pattern: OriginPattern) {
        let parts = Parts::of(pattern.text());
        let Self { table, forms, state } = self;
        let hash = parts.hash(state);
        if table.find(hash, |text| text.bytes() == pattern.text()).is_some() {
            return;
        }
        let form = parts.form();
        if !forms.contains(&form) {
            forms.push(form);
        }
        table.insert_unique(hash, Text::new(pattern), |text| Parts::of(text.bytes()).hash(state));
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.table.len()
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Releases memory that only the building needed.
    pub fn shrink(&mut self) {
        let Self { table, state, .. } = self;
        table.shrink_to_fit(|text| Parts::of(text.bytes()).hash(state));
    }

    /// Whether a pattern covers `origin`. It reads at most the host's 253 bytes and as many as the
    /// longest scheme and port.
    #[must_use]
    pub fn matches(&self, origin: &[u8]) -> bool {
        self.matching(origin).is_some()
    }

    /// The text of a pattern that covers `origin`, at the cost of [`matches`](Self::matches).
    #[must_use]
    pub fn matching(&self, origin: &[u8]) -> Option<&[u8]> {
        covering(origin, self.forms.iter(), |parts| self.find(parts).map(Text::bytes))
    }

    /// Not inlined: the loop over the forms then keeps its few values in registers.
    #[inline(never)]
    fn find(&self, parts: &Parts<'_>) -> Option<&Text> {
        self.table.find(parts.hash(&self.state), |text| parts.are_of(text.bytes()))
    }
}

/// The text of a pattern of one of these forms that covers `origin`, as [`OriginPatterns::matching`].
/// `find` looks one up.
#[inline]
pub(super) fn covering<'f, 's>(
    origin: &[u8],
    mut forms: impl Iterator<Item = &'f Form>,
    find: impl Fn(&Parts<'_>) -> Option<&'s [u8]>,
) -> Option<&'s [u8]> {
    let end = end_of_host(origin)?;
    forms.find_map(|form| {
        let place = form.place_in(origin, end)?;
        let &Form { scheme, subdomains, any_port, .. } = form;
        let tail = &origin[place..if any_port { end } else { origin.len() }];
        find(&Parts { scheme: &origin[..scheme], subdomains, tail, any_port })
            .filter(|_| !subdomains || has_only_labels(&origin[scheme..place]))
    })
}

/// What distinguishes a pattern from the others.
#[derive(Clone, Copy)]
pub(super) struct Parts<'t> {
    /// `https://`.
    scheme: &'t [u8],
    /// Whether `*` follows.
    subdomains: bool,
    /// What an origin ends in: `.example.com`, `.example.com:8443`, `localhost`.
    tail: &'t [u8],
    /// Whether `:*` follows.
    any_port: bool,
}

impl<'t> Parts<'t> {
    /// Those of an [`OriginPattern::text`].
    pub(super) fn of(text: &'t [u8]) -> Self {
        let scheme = split_scheme(text).map_or(0, |(scheme, _)| scheme.len() + "://".len());
        let (scheme, authority) = text.split_at(scheme);
        let below = authority.strip_prefix(b"*");
        let tail = below.unwrap_or(authority);
        let host = tail.strip_suffix(b":*");
        Self {
            scheme,
            subdomains: below.is_some(),
            tail: host.unwrap_or(tail),
            any_port: host.is_some(),
        }
    }

    /// Whether they are those of the pattern `text`.
    #[inline]
    pub(super) fn are_of(&self, text: &[u8]) -> bool {
        let authority = text.strip_prefix(self.scheme);
        let tail = if self.subdomains {
            authority.and_then(|authority| authority.strip_prefix(b"*"))
        } else {
            authority
        };
        let port = tail.and_then(|tail| tail.strip_prefix(self.tail));
        port.is_some_and(|port| if self.any_port { port == b":*" } else { port.is_empty() })
    }

    pub(super) fn form(&self) -> Form {
        Form {
            scheme: self.scheme.len(),
            tail: end_of_host(self.tail).unwrap_or(self.tail.len()),
            subdomains: self.subdomains,
            any_port: self.any_port,
        }
    }

    #[inline]
    pub(super) fn hash(&self, state: &RandomState) -> u64 {
        let mut hasher = state.build_hasher();
        hasher.write_u8(u8::from(self.subdomains) << 1 | u8::from(self.any_port));
        hasher.write(self.scheme);
        hasher.write(self.tail);
        hasher.finish()
    }
}

/// The position of the port with its colon, or the end of the text; None if the last colon is followed
/// by a number that is no port as browsers write it.
#[inline]
fn end_of_host(text: &[u8]) -> Option<usize> {
    let (rest, last) = text.split_at(text.len().saturating_sub(LONGEST_PORT));
    let digits = last.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, digits) = last.split_at(last.len() - digits);
    match before.split_last() {
        Some((b':', before)) => parse_port(digits).map(|_| rest.len() + before.len()),
        _ => Some(text.len()),
    }
}

/// The text of a pattern, in the table itself if it is at most 62 bytes long.
///
/// Then a look-up finds it in a line of the processor's cache that it reads anyway: with
/// 100,000 patterns that take turns, a request takes 0.1 µs less than with the texts one behind the
/// other elsewhere (`make bench-scaling`).
#[repr(align(64))]
enum Text {
    Here { length: u8, bytes: [u8; 62] },
    Elsewhere(Box<[u8]>),
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.bytes().escape_ascii())
    }
}

impl Text {
    fn new(pattern: OriginPattern) -> Self {
        let text = pattern.into_text();
        let mut bytes = [0; 62];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(&text);
                Self::Here { length, bytes }
            }
            _ => Self::Elsewhere(text),
        }
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Here { length, bytes } => &bytes[..usize::from(*length)],
            Self::Elsewhere(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn patterns(texts: &[&str]) -> OriginPatterns {
        let mut set = OriginPatterns::default();
        for text in texts {
            set.insert(OriginPattern::parse(text.as_bytes()).unwrap());
        }
        set
    }

    #[test]
    fn an_empty_set_covers_nothing() {
        for origin in [b"".as_slice(), b"null", b"https://", b"https://a.example", b"://"] {
            assert!(!patterns(&[]).matches(origin));
        }
    }

    #[test]
    fn a_pattern_that_is_there_already_is_not_added() {
        let mut set = patterns(&["https://*.a.example", "https://*.a.example", "http://b:*"]);
        assert_eq!(set.count(), 2);
        set.shrink();
        assert!(set.matches(b"https://x.a.example") && set.matches(b"http://b:1"));
    }

    #[test]
    fn each_of_many_forms_is_found_and_the_table_grows_with_them() {
        let mut set = OriginPatterns::default();
        let host = |length: usize, number: usize| format!("{}{number}.example", "a".repeat(length));
        for (length, number) in (1..240).flat_map(|length| [(length, 1), (length, 2)]) {
            for port in ["", ":8443", ":*"] {
                let text = format!("https://*.{}{port}", host(length, number));
                set.insert(OriginPattern::parse(text.as_bytes()).unwrap());
            }
        }
        set.shrink();
        assert_eq!(set.count(), 239 * 2 * 3);
        for length in 1..240 {
            let known = host(length, 1);
            assert!(set.matches(format!("https://x.{known}").as_bytes()), "{length}");
            assert!(set.matches(format!("https://x.{known}:8443").as_bytes()), "{length}");
            assert!(set.matches(format!("https://x.{known}:9").as_bytes()), "{length}");
            assert!(!set.matches(format!("https://{known}").as_bytes()), "{length}");
            assert!(!set.matches(format!("https://x{known}").as_bytes()), "{length}");
            let unknown = format!("https://x.{}", host(length, 3));
            assert!(!set.matches(unknown.as_bytes()), "{length}");
        }
    }

    #[test]
    fn a_text_is_the_same_in_the_table_and_elsewhere() {
        for length in 30..100 {
            let below = "a".repeat(length - "https://*.".len());
            let pattern = OriginPattern::parse(format!("https://*.{below}").as_bytes()).unwrap();
            let text = Text::new(pattern.clone());
            assert_eq!(text.bytes(), pattern.text());
            assert_eq!(matches!(text, Text::Here { .. }), length <= 62, "{length}");
            let mut set = OriginPatterns::default();
            set.insert(pattern);
            assert!(set.matches(format!("https://x.{below}").as_bytes()), "{length}");
            assert!(!set.matches(format!("https://x.{below}a").as_bytes()), "{length}");
        }
        assert_eq!(size_of::<Text>(), 64);
    }

    #[test]
    fn an_origin_that_is_longer_than_any_pattern_covers_is_not_read() {
        let set = patterns(&["https://*.example:*"]);
        for length in [254, 255, 10_000, 1_000_000] {
            let origin = format!("https://{}.example", "a.".repeat(length / 2));
            assert!(!set.matches(origin.as_bytes()), "{length}");
        }
    }

    #[test]
    fn the_longest_of_each_part_are_covered_together_whatever_is_added_later() {
        let set = patterns(&["capacitor+x://*.example:*", "http://*.example:8443", "a://b:*"]);
        let host = format!("{}.example", "a".repeat(253 - ".example".len()));
        assert!(set.matches(format!("capacitor+x://{host}:65535").as_bytes()));
        assert!(set.matches(format!("http://{host}:8443").as_bytes()));
        assert!(!set.matches(format!("capacitor+x://a{host}:65535").as_bytes()));
    }

    #[test]
    fn it_is_shown_as_the_texts_of_its_patterns() {
        let shown = format!("{:?}", patterns(&["https://*.a.example"]));
        assert!(shown.contains("https://*.a.example"), "{shown}");
    }
}
