//! Labels to try first, so that a stranger shows at a glance what it is.

/// Top-level domains.
const TOPS: &str = "com net org io dev app co me ai info xyz us eu uk de fr es it nl pl ch at be se no dk fi \
    pt cz ie gr ru ua cn jp kr in au nz za br ca mx ar tv online site shop store tech cloud \
    page web blog live top club one zone biz community company computer network";

/// Those under which few authors have a name that they have elsewhere, too.
const OTHER_TOPS: &str = "xyz top site online";

/// How many of the author's labels are made others of.
const MOST_OWN: usize = 8;

fn split(labels: &str) -> Vec<String> {
    labels.split(' ').map(str::to_owned).collect()
}

/// Top-level domains to show a stranger in.
pub(super) fn tops() -> Vec<String> {
    split(TOPS)
}

/// Top-level domains in which a name that the author has elsewhere is a stranger's.
pub(super) fn other_tops() -> Vec<String> {
    split(OTHER_TOPS)
}

/// Labels with `name` in them that are like `label` or the author's `own`, the best first.
pub(super) fn like(label: &str, own: &[String], name: &str) -> Vec<String> {
    let mut like = Vec::new();
    for own in own.iter().take(MOST_OWN) {
        like.extend([
            format!("{name}{own}"),
            format!("{name}-{own}"),
            format!("{own}-{name}"),
            format!("{own}{name}"),
        ]);
    }
    let instead = |shown: &str, place| format!("{}{shown}{}", &label[..place], &label[place + 1..]);
    for place in (0..label.len()).rev() {
        like.push(instead(name, place));
        // What is open may be empty in the shortest label.
        let (before, after) = label.split_at(place);
        if before.ends_with('-') {
            like.push(format!("{before}{name}{after}"));
        }
    }
    // The hyphen keeps a name readable where only one character is open.
    like.extend((0..label.len()).rev().map(|place| instead("-", place)));
    like
}
