/// The kind of response to an actual request (Fetch, CORS check; any request but a preflight).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actual {
    /// The request has no Origin: the response gets only `Vary`.
    WithoutOrigin,
    /// The Origin is rejected.
    Rejected,
    /// The Origin is allowed.
    Allowed,
}

/// A header line for the response to an actual request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The name, in lower case.
    pub name: &'static [u8],
    /// The value.
    pub value: LineValue,
}

impl Line {
    /// A line that has the same value in every response.
    #[must_use]
    pub fn fixed(name: &'static [u8], value: &[u8]) -> Self {
        Self { name, value: LineValue::Fixed(value.into()) }
    }

    /// The value in the response to a request with this `origin`.
    #[must_use]
    pub fn value_for<'l>(&'l self, origin: &'l [u8]) -> &'l [u8] {
        match &self.value {
            LineValue::Fixed(value) => value,
            LineValue::Origin => origin,
        }
    }
}

/// The value of a [`Line`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineValue {
    /// The same in every response.
    Fixed(Box<[u8]>),
    /// The request's Origin, byte for byte.
    Origin,
}

/// The source of a header line of the merged response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// The application's line of this index, as it is.
    Theirs(usize),
    /// The policy's [`Line`] of this index.
    Ours(usize),
    /// `vary` with this value.
    Vary(Vec<u8>),
}

/// Sets `lines` on the application's header lines, and `Vary: Origin` if the response `varies`, as
/// Starlette does.
///
/// A line takes the place of the first header of its name, later ones of the name go, and a new one
/// is appended. Names are compared as they are. All `vary` lines are joined in the first one's
/// place; `Origin` is added unless one of them names it, or `*`, already. If the response does not
/// vary, they stay as they are. Linear in the number of header lines.
#[must_use]
pub fn merge(theirs: &[(&[u8], &[u8])], lines: &[Line], varies: bool) -> Vec<Placed> {
    let mut placed = Vec::with_capacity(theirs.len() + lines.len() + 1);
    let mut used = vec![false; lines.len()];
    let mut vary = None;
    let mut values = Vec::new();
    for (index, (name, value)) in theirs.iter().enumerate() {
        if varies && *name == b"vary" {
            values.push(*value);
            if vary.is_none() {
                vary = Some(placed.len());
                placed.push(Placed::Theirs(index));
            }
        } else if let Some(line) = lines.iter().position(|line| line.name == *name) {
            if !used[line] {
                used[line] = true;
                placed.push(Placed::Ours(line));
            }
        } else {
            placed.push(Placed::Theirs(index));
        }
    }
    placed.extend((0..lines.len()).filter(|&line| !used[line]).map(Placed::Ours));
    if !varies {
        return placed;
    }
    let value = vary_by_origin(&values);
    match vary {
        None => placed.push(Placed::Vary(value)),
        // A single line that is complete stays the application's own.
        Some(_) if values == [value.as_slice()] => {}
        Some(place) => placed[place] = Placed::Vary(value),
    }
    placed
}

/// The value of the one `Vary` line that stands for lines of these `values` and for `Origin`.
///
/// They are joined, and `Origin` is added unless one of them names it, or `*`, already (RFC 9110,
/// 12.5.5). Linear in their length.
#[must_use]
pub fn vary_by_origin(values: &[&[u8]]) -> Vec<u8> {
    let mut joined = values.join(b", ".as_slice());
    if !varies_by_origin(&joined) {
        if !values.is_empty() {
            joined.extend_from_slice(b", ");
        }
        joined.extend_from_slice(b"Origin");
    }
    joined
}

/// Whether a `Vary` of this value names `Origin` or `*`. Linear in its length.
#[must_use]
pub fn varies_by_origin(value: &[u8]) -> bool {
    value
        .split(|&byte| byte == b',')
        .map(<[u8]>::trim_ascii)
        .any(|member| member == b"*" || member.eq_ignore_ascii_case(b"origin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<Line> {
        vec![
            Line::fixed(b"access-control-allow-credentials", b"true"),
            Line { name: b"access-control-allow-origin", value: LineValue::Origin },
        ]
    }

    fn merged(theirs: &[(&str, &str)]) -> Vec<Placed> {
        let theirs: Vec<_> = theirs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
        merge(&theirs, &lines(), true)
    }

    #[test]
    fn a_response_that_does_not_vary_keeps_each_vary_as_it_is() {
        let theirs: [(&[u8], &[u8]); 3] =
            [(b"vary", b"Accept"), (b"access-control-allow-origin", b"x"), (b"vary", b"Cookie")];
        assert_eq!(merge(&theirs, &lines()[1..], false), [Theirs(0), Ours(0), Theirs(2)]);
        assert_eq!(merge(&[], &lines()[1..], false), [Ours(0)]);
    }

    fn vary(value: &str) -> Placed {
        Placed::Vary(value.as_bytes().to_vec())
    }

    use Placed::{Ours, Theirs};

    #[test]
    fn new_lines_are_appended_in_order_and_vary_last() {
        assert_eq!(
            merged(&[("a", "1"), ("b", "2")]),
            [Theirs(0), Theirs(1), Ours(0), Ours(1), vary("Origin")]
        );
    }

    #[test]
    fn a_line_takes_the_place_of_the_first_of_its_name_and_later_ones_go() {
        assert_eq!(
            merged(&[
                ("access-control-allow-origin", "x"),
                ("a", "1"),
                ("access-control-allow-origin", "y"),
                ("vary", "Accept"),
            ]),
            [Ours(1), Theirs(1), vary("Accept, Origin"), Ours(0)]
        );
    }

    #[test]
    fn names_are_compared_as_they_are() {
        assert_eq!(merged(&[("Vary", "a")]), [Theirs(0), Ours(0), Ours(1), vary("Origin")]);
    }

    #[test]
    fn vary_lines_are_joined_and_origin_is_not_repeated() {
        let cases: &[(&[&str], Option<&str>)] = &[
            (&["Accept"], Some("Accept, Origin")),
            (&["Accept", "Cookie"], Some("Accept, Cookie, Origin")),
            (&[""], Some(", Origin")),
            (&["Origin"], None),
            (&["accept,\torigin "], None),
            (&["*"], None),
            (&["Accept, *"], None),
            (&["Accept", "Origin"], Some("Accept, Origin")),
            (&["*", "Accept"], Some("*, Accept")),
            (&["Origins"], Some("Origins, Origin")),
            (&["x-origin"], Some("x-origin, Origin")),
        ];
        for (values, expected) in cases {
            let theirs: Vec<_> = values.iter().map(|value| ("vary", *value)).collect();
            let expected = expected.map_or(Theirs(0), vary);
            assert_eq!(merged(&theirs), [expected, Ours(0), Ours(1)], "{values:?}");
        }
    }
}
