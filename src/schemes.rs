//! Schemes of URLs that no page has an origin by, for the linter as for the proof.

/// Why Expo's schemes are among them: `exp`, `exps`, and `exp+` with the name of an app.
pub(crate) const EXPO: &str =
    "by which Expo Go opens an app, and the requests of an app have no Origin";

/// Schemes whose origins are never sent, and what is sent instead.
pub(crate) const NOT_SENT: [(&str, &str); 20] = [
    ("about", "whose pages send the Origin of the page that made them, or null"),
    ("blob", "whose pages send the Origin that is inside"),
    ("content", "whose pages send null"),
    ("data", "whose pages send null"),
    ("exp", EXPO),
    ("exps", EXPO),
    ("filesystem", "whose pages send the Origin that is inside"),
    ("ftp", "which no browser loads any more"),
    ("ftps", "which no browser loads"),
    ("jar", "which no browser loads any more"),
    ("javascript", "which runs in a page and sends that page's Origin"),
    ("mailto", "which loads no page"),
    ("sftp", "which no browser loads"),
    ("tcp", "which no browser loads"),
    ("tel", "which loads no page"),
    ("udp", "which no browser loads"),
    ("unix", "which no browser loads"),
    ("view-source", "which sends nothing itself"),
    ("ws", "for which a browser sends the Origin of the page that opens the connection"),
    ("wss", "for which a browser sends the Origin of the page that opens the connection"),
];
