//! Which of the paths of the option `paths` a request is below.
//!
//! A path is below a key by whole segments, and the key of the most segments counts. Routers differ on
//! what a segment is: some merge slashes, files are found behind `..` and, on some systems, in any case.
//! A [`find`](Paths::find) that depends on such a reading is [`Found::Ambiguous`]: the spelling of a
//! path cannot choose the policy.

use core::fmt;
use std::borrow::Cow;
use std::collections::HashMap;

use memchr::memmem;

/// The keys of the option `paths`, as a tree of segments: finding one takes a look-up for each segment,
/// however many there are.
#[derive(Debug)]
pub struct Paths {
    nodes: Vec<Node>,
    /// How strict the policies are: that of each key, that of the outer options, and the largest.
    strictness: Vec<u8>,
    outer: u8,
    strictest: u8,
}

#[derive(Debug, Default)]
struct Node {
    /// The segment as the keys have it.
    segment: Box<[u8]>,
    /// The key that ends here.
    key: Option<usize>,
    /// By the [folded](fold) segment.
    children: HashMap<Box<[u8]>, usize>,
}

/// What a path is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Of no key: the outer options decide.
    Outside,
    /// The key of this index.
    Below(usize),
    /// That depends on how the path is read.
    Ambiguous {
        /// That of the strictest policy of all readings.
        strictness: u8,
        /// What readers differ on.
        because: Because,
    },
}

/// What the readers of a path differ on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// A segment is `.` or `..`, in some spelling.
    Dots,
    /// It does not begin with a slash.
    NoSlash,
    /// A slash is sent as `%2F`.
    EncodedSlash,
    /// The path contains `root_path`, but not only as its first segments.
    RootPath,
    /// A segment is empty, or becomes a key's by another spelling: case, `%`, `\`, `;`, `?`, `#`, control
    /// characters, dots or spaces at its end.
    Spelling,
}

impl Because {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dots => "dots",
            Self::NoSlash => "no-slash",
            Self::EncodedSlash => "encoded-slash",
            Self::RootPath => "root-path",
            Self::Spelling => "spelling",
        }
    }
}

/// A key that cannot be one beside the others: it is one of them in another spelling, or has a segment
/// that is empty or made of dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedPath(pub String);

impl fmt::Display for RejectedPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} is no path beside the others", self.0)
    }
}

impl core::error::Error for RejectedPath {}

impl Paths {
    /// Holds `keys`, such as `/public`, each with how strict its policy is; `/` is above all others.
    /// `outer` is how strict the outer options are.
    ///
    /// # Errors
    /// [`RejectedPath`] for the first key that is none.
    pub fn new<'k>(
        keys: impl IntoIterator<Item = (&'k str, u8)>,
        outer: u8,
    ) -> Result<Self, RejectedPath> {
        let mut paths =
            Self { nodes: vec![Node::default()], strictness: Vec::new(), outer, strictest: outer };
        for (key, strictness) in keys {
            paths.insert(key).ok_or_else(|| RejectedPath(key.to_owned()))?;
            paths.strictness.push(strictness);
            paths.strictest = paths.strictest.max(strictness);
        }
        Ok(paths)
    }

    fn insert(&mut self, key: &str) -> Option<()> {
        let below = key.strip_prefix('/')?;
        let mut node = 0;
        for segment in below.split('/').filter(|_| !below.is_empty()) {
            let segment = segment.as_bytes();
            let folded = match fold(segment).as_slice() {
                [Folded::Segment(folded)] => folded.as_ref().into(),
                _ => return None,
            };
            let next = self.nodes.len();
            let child = *self.nodes[node].children.entry(folded).or_insert(next);
            if child == next {
                self.nodes.push(Node { segment: segment.into(), ..Node::default() });
            } else if *self.nodes[child].segment != *segment {
                return None;
            }
            node = child;
        }
        let before = self.nodes[node].key.replace(self.strictness.len());
        before.is_none().then_some(())
    }

    /// What a request is below, by `path`, `root_path` and `raw_path` of its scope; `root` may be empty.
    /// Linear in their lengths.
    #[must_use]
    pub fn find(&self, path: &[u8], root: &[u8], raw: Option<&[u8]>) -> Found {
        let route = below_root(path, root);
        let encoded = raw
            .and_then(|raw| first_encoded_slash(raw, path))
            .map(|index| index.saturating_sub(path.len() - route.len()));
        let mut walk = Walk::new(self, route, encoded);
        if !root.is_empty() {
            // Some routers cut at the first place that has the text, whatever surrounds it.
            let start = memmem::find(path, root);
            let other = start.map_or(path, |start| &path[start + root.len()..]);
            if other != route {
                // They begin it with a slash then.
                let other = match other {
                    [] | [b'/', ..] => Cow::Borrowed(other),
                    _ => Cow::Owned([b"/", other].concat()),
                };
                let other = Walk::new(self, &other, encoded.map(|_| 0));
                if other.key != walk.key || other.because.is_some() {
                    walk.differs(Because::RootPath, self.strictness_of(other.key));
                    walk.strictness = walk.strictness.max(other.strictness);
                }
            }
        }
        match walk.because {
            Some(because) => Found::Ambiguous { strictness: walk.strictness, because },
            None => walk.key.map_or(Found::Outside, Found::Below),
        }
    }

    fn strictness_of(&self, key: Option<usize>) -> u8 {
        key.map_or(self.outer, |key| self.strictness[key])
    }
}

/// The path after `root`, as Starlette's routers see it.
fn below_root<'p>(path: &'p [u8], root: &[u8]) -> &'p [u8] {
    match path.strip_prefix(root) {
        Some(rest) if rest.is_empty() || rest[0] == b'/' => rest,
        _ => path,
    }
}

/// The index in the decoded `path` of the first slash that `raw` has as `%2F`; 0 if `raw` is another path.
fn first_encoded_slash(raw: &[u8], path: &[u8]) -> Option<usize> {
    if !raw.contains(&b'%') {
        return None;
    }
    let mut index = 0;
    let mut is_same = true;
    // Some servers leave the query in it.
    let mut rest = raw.split(|byte| *byte == b'?').next().unwrap_or_default();
    while let Some((&first, after)) = rest.split_first() {
        let (byte, after) = decoded_byte(first, after);
        if byte == b'/' && first == b'%' {
            return Some(if is_same { index } else { 0 });
        }
        is_same &= path.get(index) == Some(&byte);
        index += 1;
        rest = after;
    }
    None
}

/// The byte that text begins with, percent-decoded, and what is behind it.
fn decoded_byte(first: u8, after: &[u8]) -> (u8, &[u8]) {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if let [high, low, rest @ ..] = after {
        if let (b'%', Some(high), Some(low)) = (first, digit(*high), digit(*low)) {
            return (high << 4 | low, rest);
        }
    }
    (first, after)
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let mut found = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let (byte, after) = decoded_byte(first, after);
        found.push(byte);
        rest = after;
    }
    found
}

/// A segment as the loosest reader has it.
#[derive(Debug, PartialEq, Eq)]
enum Folded<'s> {
    Segment(Cow<'s, [u8]>),
    Dots,
}

/// Whether a segment folds to itself.
fn is_plain(segment: &[u8]) -> bool {
    let is_plain = |byte: &u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'~')
    };
    !segment.is_empty() && segment.iter().all(is_plain)
}

/// A segment as the loosest reader has it, without regard to case: decoded again, twice at most, split at
/// slashes and backslashes, cut at `;`, `?`, `#` and NUL, without control characters, and without dots and
/// spaces at its end. Nothing comes of an empty one.
fn fold(segment: &[u8]) -> Vec<Folded<'_>> {
    if is_plain(segment) {
        return vec![Folded::Segment(Cow::Borrowed(segment))];
    }
    let mut text = Cow::Borrowed(segment);
    for _ in 0..2 {
        if text.contains(&b'%') {
            text = Cow::Owned(decoded(&text));
        }
    }
    text.split(|byte| matches!(byte, b'/' | b'\\')).filter_map(folded).collect()
}

fn folded(part: &[u8]) -> Option<Folded<'static>> {
    let end =
        part.iter().position(|byte| matches!(byte, b';' | b'?' | b'#' | 0)).unwrap_or(part.len());
    // Starlette's routes match before a line feed at the end, and parsers of URLs drop it anywhere.
    let part: Vec<u8> =
        part[..end].iter().copied().filter(|byte| !byte.is_ascii_control()).collect();
    let end = part.iter().rposition(|byte| !matches!(byte, b'.' | b' ')).map_or(0, |last| last + 1);
    if end == 0 {
        return part.contains(&b'.').then_some(Folded::Dots);
    }
    // Some letters have one upper case, but two lower ones: of `ſ` and `s` it is `S`.
    let text = String::from_utf8_lossy(&part[..end]).to_uppercase().to_lowercase();
    Some(Folded::Segment(Cow::Owned(text.into_bytes())))
}

/// The readings of one path, all at once: the literal one and the loosest. Every other reading lies
/// between the two.
struct Walk<'p> {
    paths: &'p Paths,
    encoded: Option<usize>,
    /// The key that the literal reading has come to.
    key: Option<usize>,
    /// Where the loosest one is; None if it has left the tree.
    node: Option<usize>,
    /// What the literal reading was left for, once the loosest is another one.
    left_for: Option<Because>,
    /// Why the two come to different keys, once they do.
    because: Option<Because>,
    /// How strict the strictest policy of the readings is, once they differ.
    strictness: u8,
}

impl<'p> Walk<'p> {
    fn new(paths: &'p Paths, path: &[u8], encoded: Option<usize>) -> Self {
        let key = paths.nodes[0].key;
        let mut walk = Self {
            paths,
            encoded,
            key,
            node: Some(0),
            left_for: None,
            because: None,
            strictness: 0,
        };
        walk.whole(path);
        walk
    }

    fn whole(&mut self, path: &[u8]) {
        let Some((&first, segments)) = path.split_first() else { return };
        if first != b'/' {
            return self.differs(Because::NoSlash, self.paths.strictest);
        }
        let mut end = 0;
        for segment in segments.split(|byte| *byte == b'/') {
            end += 1 + segment.len();
            let is_last = end == path.len();
            let is_none_of_dots = if self.node.is_none() {
                // What follows can only lead back.
                !has_dots(segment)
            } else if is_last && segment.is_empty() {
                true
            } else {
                // It may go on behind the slash at `end`.
                if self.encoded.is_some_and(|slash| slash <= end) {
                    self.leave(Because::EncodedSlash);
                }
                self.segment(segment)
            };
            if !is_none_of_dots {
                return self.differs(Because::Dots, self.paths.strictest);
            }
        }
    }

    /// Whether a segment is none of dots.
    fn segment(&mut self, segment: &[u8]) -> bool {
        if is_plain(segment) {
            self.step(segment, segment);
            return true;
        }
        let parts = fold(segment);
        let literal = if parts.len() == 1 { segment } else { b"" };
        if parts.is_empty() {
            self.leave(Because::Spelling);
        }
        for part in &parts {
            let Folded::Segment(folded) = part else { return false };
            self.step(folded, literal);
        }
        true
    }

    fn step(&mut self, folded: &[u8], literal: &[u8]) {
        let Some(node) = self.node else { return };
        self.node = self.paths.nodes[node].children.get(folded).copied();
        let Some(child) = self.node else { return };
        let child = &self.paths.nodes[child];
        if *child.segment != *literal {
            self.leave(Because::Spelling);
        }
        match (child.key, self.left_for) {
            (None, _) => {}
            (key, None) => self.key = key,
            (key, Some(because)) => self.differs(because, self.paths.strictness_of(key)),
        }
    }

    /// The literal reading stays where it is; the others may go on.
    fn leave(&mut self, because: Because) {
        self.left_for.get_or_insert(because);
    }

    /// Another reading comes to a policy that is so strict.
    fn differs(&mut self, because: Because, strictness: u8) {
        self.because.get_or_insert(because);
        let own = self.paths.strictness_of(self.key);
        self.strictness = self.strictness.max(strictness).max(own);
    }
}

/// Whether a segment leads back, or nowhere, in some spelling.
fn has_dots(segment: &[u8]) -> bool {
    segment.iter().any(|byte| matches!(byte, b'.' | b'%' | b'\\'))
        && fold(segment).contains(&Folded::Dots)
}
