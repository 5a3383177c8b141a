//! How far two texts are from one another, in typing errors.

/// The greatest distance that is looked for.
pub const MOST: usize = 2;

/// The cells of one row that a distance of [`MOST`] can lie in.
const BAND: usize = 2 * MOST + 1;

/// The greatest distance at which two texts, the shorter one of `length` bytes, look like one
/// another: none for three letters, 1 from four on, [`MOST`] from ten on.
#[must_use]
pub fn tolerance(length: usize) -> usize {
    ((length + 2) / 6).min(MOST)
}

/// The number of insertions, deletions, replacements and swaps of adjacent letters that turn `right`
/// into `left`, without regard to ASCII case, or None if it is over `most`.
///
/// No part is changed twice (the optimal string alignment). `most` is at most [`MOST`]. Linear in the
/// shorter text, and for most pairs over after a few bytes; it allocates nothing.
#[must_use]
pub fn distance(left: &[u8], right: &[u8], most: usize) -> Option<usize> {
    let most = most.min(MOST);
    if left.len().abs_diff(right.len()) > most {
        return None;
    }
    let (left, right) = different_part(left, right);
    // Row `i` holds the distances of `left[..i]` from `right[..j]`, for `j` from `i - MOST` on.
    let mut before = [MOST + 1; BAND];
    let mut above = [MOST + 1; BAND];
    for (cell, value) in above[MOST..].iter_mut().enumerate() {
        *value = cell;
    }
    for i in 1..=left.len() {
        let mut row = [MOST + 1; BAND];
        for cell in 0..BAND {
            let Some(j) = (i + cell).checked_sub(MOST).filter(|&j| j <= right.len()) else {
                continue;
            };
            if j == 0 {
                row[cell] = i;
                continue;
            }
            let same = same_letter(left[i - 1], right[j - 1]);
            let mut least = above[cell] + usize::from(!same);
            if let Some(deleted) = above.get(cell + 1) {
                least = least.min(deleted + 1);
            }
            if cell > 0 {
                least = least.min(row[cell - 1] + 1);
            }
            let swapped = i > 1
                && j > 1
                && same_letter(left[i - 1], right[j - 2])
                && same_letter(left[i - 2], right[j - 1]);
            if swapped {
                least = least.min(before[cell] + 1);
            }
            row[cell] = least;
        }
        if row.iter().all(|&value| value > most) {
            return None;
        }
        before = above;
        above = row;
    }
    let found = above[right.len() + MOST - left.len()];
    (found <= most).then_some(found)
}

fn same_letter(left: u8, right: u8) -> bool {
    left.eq_ignore_ascii_case(&right)
}

/// Both without what they have in common at either end, which adds nothing to their distance.
fn different_part<'t>(mut left: &'t [u8], mut right: &'t [u8]) -> (&'t [u8], &'t [u8]) {
    while let ([first, left_rest @ ..], [other, right_rest @ ..]) = (left, right) {
        if !same_letter(*first, *other) {
            break;
        }
        (left, right) = (left_rest, right_rest);
    }
    while let ([left_rest @ .., last], [right_rest @ .., other]) = (left, right) {
        if !same_letter(*last, *other) {
            break;
        }
        (left, right) = (left_rest, right_rest);
    }
    (left, right)
}

/// The first of `names` that looks most like `name`, and their [`distance`]; 0 where they differ in
/// case, or in `-` and `_`, alone.
#[must_use]
pub fn nearest_name<'n>(
    names: impl IntoIterator<Item = &'n str>,
    name: &str,
) -> Option<(&'n str, usize)> {
    let dashed = |text: &str| text.replace('_', "-");
    let sought = dashed(name);
    let mut best: Option<(&str, usize)> = None;
    for candidate in names {
        let most = tolerance(sought.len().min(candidate.len()));
        let found = distance(dashed(candidate).as_bytes(), sought.as_bytes(), most);
        if let Some(found) = found.filter(|found| best.is_none_or(|(_, least)| *found < least)) {
            best = Some((candidate, found));
        }
    }
    best
}

/// The first of `names` that a header name may be written for: the [nearest](nearest_name); or one that
/// has the same letters except an `X-` at the beginning; or one that begins with `name`, if `name` is
/// longer than half of it. The distance to the last two is 1.
#[must_use]
pub fn nearest_header<'n>(names: &[&'n str], name: &str) -> Option<(&'n str, usize)> {
    let letters = |text: &str| {
        let lower = text.to_ascii_lowercase().replace(['-', '_'], "");
        lower.strip_prefix('x').map(str::to_owned).unwrap_or(lower)
    };
    let is_beginning = |of: &str| {
        let beginning = of.as_bytes().get(..name.len());
        name.len() > 4
            && 2 * name.len() > of.len()
            && beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(name.as_bytes()))
    };
    let find = |is_meant: &dyn Fn(&str) -> bool| {
        names.iter().copied().find(|&other| is_meant(other)).map(|other| (other, 1))
    };
    let sought = letters(name);
    nearest_name(names.iter().copied(), name)
        .or_else(|| find(&|other| !sought.is_empty() && letters(other) == sought))
        .or_else(|| find(&is_beginning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, with the whole table.
    fn naive(left: &[u8], right: &[u8]) -> usize {
        let mut table = vec![vec![0; right.len() + 1]; left.len() + 1];
        for i in 0..=left.len() {
            for j in 0..=right.len() {
                if i == 0 || j == 0 {
                    table[i][j] = i + j;
                    continue;
                }
                let same = left[i - 1].eq_ignore_ascii_case(&right[j - 1]);
                let mut least = table[i - 1][j - 1] + usize::from(!same);
                least = least.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                if i > 1
                    && j > 1
                    && left[i - 1].eq_ignore_ascii_case(&right[j - 2])
                    && left[i - 2].eq_ignore_ascii_case(&right[j - 1])
                {
                    least = least.min(table[i - 2][j - 2] + 1);
                }
                table[i][j] = least;
            }
        }
        table[left.len()][right.len()]
    }

    proptest! {
        #[test]
        fn it_is_the_naive_distance_up_to_the_most_that_is_asked(
            left in "[abA]{0,12}", right in "[abA]{0,12}", most in 0..=MOST,
        ) {
            let expected = naive(left.as_bytes(), right.as_bytes());
            prop_assert_eq!(
                distance(left.as_bytes(), right.as_bytes(), most),
                (expected <= most).then_some(expected)
            );
        }

        #[test]
        fn it_is_symmetric(left in "[a-d]{0,9}", right in "[a-d]{0,9}") {
            let (left, right) = (left.as_bytes(), right.as_bytes());
            prop_assert_eq!(distance(left, right, MOST), distance(right, left, MOST));
        }
    }

    #[test]
    fn typing_errors_are_counted() {
        let cases = [
            ("app.example.com", "app.example.com", Some(0)),
            ("app.example.com", "APP.example.com", Some(0)),
            ("app.example.com", "app.exmaple.com", Some(1)),
            ("app.example.com", "ap.example.com", Some(1)),
            ("app.example.com", "appp.example.com", Some(1)),
            ("app.example.com", "bpp.example.net", None),
            ("", "", Some(0)),
            ("", "ab", Some(2)),
            ("", "abc", None),
        ];
        for (left, right, expected) in cases {
            assert_eq!(
                distance(left.as_bytes(), right.as_bytes(), MOST),
                expected,
                "{left} {right}"
            );
        }
    }

    #[test]
    fn the_nearest_name_is_found_if_any_looks_like_it() {
        let names = ["Accept", "X-Token", "X-Total-Count", "x-tokens"];
        let cases = [
            ("x_token", Some(("X-Token", 0))),
            ("x-tokn", Some(("X-Token", 1))),
            ("x-tokens", Some(("x-tokens", 0))),
            ("x-total-cuont", Some(("X-Total-Count", 1))),
            ("x-a", None),
            ("authorization", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest_name(names, name), expected, "{name}");
        }
    }

    #[test]
    fn a_header_is_also_found_by_its_beginning_and_without_its_x() {
        let names = ["Authorization", "X-Token", "X-Api-Key", "X-Requested-With", "X-Auth-Token"];
        let cases = [
            ("x-tok", Some(("X-Token", 1))),
            ("token", Some(("X-Token", 1))),
            ("TOKEN", Some(("X-Token", 1))),
            ("apikey", Some(("X-Api-Key", 1))),
            ("api_key", Some(("X-Api-Key", 1))),
            ("x-authorization", Some(("Authorization", 2))),
            ("x-requested", Some(("X-Requested-With", 1))),
            ("x-to", None),
            ("auth", None),
            ("x-token-id", None),
            ("my-token", None),
            ("authentication", None),
            ("-", None),
            ("x", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest_header(&names, name), expected, "{name}");
        }
    }
}
