//! Labels to try first, so an untrusted origin is recognized at a glance.

/// Top-level domains.
const TOPS: &str = "com net org io dev app co me ai info xyz us eu uk de fr es it nl pl ch at be se no dk fi \
    pt cz ie gr ru ua cn jp kr in au nz za br ca mx ar tv online site shop store tech cloud \
    page web blog live top club one zone biz community company computer network";

/// Those under which few authors have a name that they have elsewhere, too.
const OTHER_TOPS: &str = "xyz top site online";

/// How many of the author's labels are varied.
const MOST_OWN: usize = 8;

fn split(labels: &str) -> Vec<String> {
    labels.split(' ').map(str::to_owned).collect()
}

/// Top-level domains to show an untrusted origin in.
pub(super) fn tops() -> Vec<String> {
    split(TOPS)
}

/// Top-level domains in which a name that the author has elsewhere is somebody else's.
pub(super) fn other_tops() -> Vec<String> {
    split(OTHER_TOPS)
}

/// Labels with `name` in them that are like `label` or the author's `own`, the best first: `acme-evil`
/// is read at a glance, `acmeevil` is not.
pub(super) fn like(label: &str, own: &[String], name: &str) -> Vec<String> {
    let mut like = Vec::new();
    for own in own.iter().take(MOST_OWN) {
        like.extend([
            joined(name, own),
            joined(own, name),
            format!("{name}{own}"),
            format!("{own}{name}"),
        ]);
    }
    let places = || (0..label.len()).rev().map(|place| (&label[..place], &label[place + 1..]));
    // What is open stands between hyphens, and may be empty in the shortest label.
    for (before, after) in places() {
        let begins = before.is_empty() || before.ends_with('-');
        if begins && (after.is_empty() || after.starts_with('-')) {
            like.push(format!("{before}{name}{after}"));
        }
        if begins && label[before.len()..].starts_with('-') {
            like.push(format!("{before}{name}-{after}"));
        }
    }
    if !label.is_empty() {
        like.extend([joined(label, name), joined(name, label)]);
    }
    for (before, after) in places() {
        like.extend([
            joined(&joined(before, name), after),
            format!("{before}{}", joined(name, after)),
            format!("{}{after}", joined(before, name)),
            format!("{before}{name}{after}"),
        ]);
        if before.ends_with('-') {
            like.push(format!("{before}{name}{}", &label[before.len()..]));
        }
    }
    // The hyphen keeps a name readable where only one character is open.
    like.extend(places().map(|(before, after)| format!("{before}-{after}")));
    like
}

/// Two parts of a label with one hyphen between them, where there are two.
fn joined(one: &str, other: &str) -> String {
    let has_hyphen =
        one.is_empty() || one.ends_with('-') || other.is_empty() || other.starts_with('-');
    format!("{one}{}{other}", if has_hyphen { "" } else { "-" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_label_is_one_that_is_read_at_a_glance() {
        let own = ["acme".to_owned()];
        for (label, own, expected) in [
            ("aacme", &own[..], "evil-acme"),
            ("acmea", &[], "acmea-evil"),
            ("acme-", &[], "acme-evil"),
            ("acme-a", &[], "acme-evil"),
            ("-acme", &[], "evil-acme"),
            ("acme--team", &[], "acme-evil-team"),
            ("acme-a-team", &[], "acme-evil-team"),
        ] {
            let first = like(label, own, "evil").into_iter().next();
            assert_eq!(first.as_deref(), Some(expected), "{label}");
        }
        assert_eq!(joined("acme-", "-evil"), "acme--evil");
    }
}
