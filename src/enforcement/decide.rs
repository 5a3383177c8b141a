use super::hosts::Hosts;
use super::mode::Mode;
use super::request::{HostLines, Kind, Request, Site};
use super::rule::Rule;
use crate::cors::Actual;

/// The options `enforce` and `hosts`.
#[derive(Debug)]
pub struct Enforcement {
    mode: Mode,
    hosts: Hosts,
    /// Whether a request for another host is only reported.
    reports_host: bool,
}

/// What is done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It goes on to CORS and to the application.
    Pass,
    /// It goes on, and is counted and logged.
    Report,
    /// It is rejected.
    Reject,
}

/// What CORS and enforcement decide on a request, in one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// By which headers the response allows the page to read it.
    pub cors: Actual,
    /// The row that the request fits, whatever the mode.
    pub rule: Rule,
    /// What follows from it in this mode.
    pub action: Action,
}

impl Enforcement {
    /// Holds the two options.
    #[must_use]
    pub fn new(mode: Mode, hosts: Hosts) -> Self {
        Self { mode, hosts, reports_host: mode == Mode::Report }
    }

    /// Sets whether a request for another host is only reported, whatever the mode: `hosts` is for the whole
    /// server, and the mode may be for the part below a path.
    pub fn report_host(&mut self, only: bool) {
        self.reports_host = only;
    }

    /// Whether any request may be rejected or reported. If not, no request needs a decision.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.mode != Mode::Off || self.hosts.are_given()
    }

    /// How strict its mode is: [`Mode::strictness`].
    #[must_use]
    pub fn strictness(&self) -> u8 {
        self.mode.strictness()
    }

    /// Whether anything depends on `Sec-Fetch-Mode` and `Sec-Fetch-Dest`: otherwise they only choose
    /// between two rules by which a request passes.
    #[inline]
    #[must_use]
    pub fn tells_navigations(&self) -> bool {
        self.mode == Mode::Isolate
    }

    /// The first row of the table, which is decided without asking about the Origin.
    #[inline]
    #[must_use]
    pub fn accepts_host(&self, host: HostLines<'_>) -> bool {
        self.hosts.accept(host)
    }

    /// Whether a request without an Origin passes, if its `Sec-Fetch-Mode` need not be known for that: a quick
    /// way to [`Action::Pass`], which most requests take. `kind` is called if it depends on the method.
    ///
    /// # Errors
    /// What `kind` returns.
    #[inline(always)]
    pub fn passes_without_origin<E>(
        &self,
        host: HostLines<'_>,
        site: Option<&[u8]>,
        kind: impl FnOnce() -> Result<Kind, E>,
    ) -> Result<bool, E> {
        if !self.hosts.accept(host) {
            return Ok(false);
        }
        if self.mode == Mode::Off || Site::of(site) != Site::Other {
            return Ok(true);
        }
        Ok(kind()? != Kind::Unsafe && !self.tells_navigations())
    }

    /// Decides on a request. Linear in its header values, whatever the number of hosts.
    #[inline(always)]
    #[must_use]
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let rule = if self.hosts.accept(request.host) { rule_of(request) } else { Rule::Host };
        let cors = match request.origin {
            None => Actual::WithoutOrigin,
            Some((_, true)) => Actual::Allowed,
            Some((_, false)) => Actual::Rejected,
        };
        Decision { cors, rule, action: self.action(rule) }
    }

    /// What follows from a rule.
    #[inline(always)]
    #[must_use]
    pub fn action(&self, rule: Rule) -> Action {
        let rejects = match rule {
            Rule::Host if self.reports_host => return Action::Report,
            Rule::Host => return Action::Reject,
            Rule::CrossSiteWrite | Rule::OriginWrite | Rule::WebSocket => self.mode != Mode::Off,
            Rule::OriginRead => matches!(self.mode, Mode::All | Mode::Isolate | Mode::Report),
            Rule::CrossSiteRead => self.mode == Mode::Isolate,
            Rule::Preflight
            | Rule::AllowedOrigin
            | Rule::WithoutOrigin
            | Rule::SameOrigin
            | Rule::Navigation
            | Rule::OwnHost => false,
        };
        match (rejects, self.mode) {
            (false, _) => Action::Pass,
            (true, Mode::Report) => Action::Report,
            (true, _) => Action::Reject,
        }
    }
}

/// The first row that a request for this server fits.
#[inline(always)]
fn rule_of(request: &Request<'_>) -> Rule {
    if request.kind == Kind::Preflight {
        return Rule::Preflight;
    }
    let Some((origin, is_allowed)) = request.origin else { return rule_without_origin(request) };
    if is_allowed {
        return Rule::AllowedOrigin;
    }
    if request.kind == Kind::WebSocket {
        // A browser's handshake always has the page's Origin, whatever its referrer policy.
        return if request.has_own_origin(origin) { Rule::OwnHost } else { Rule::WebSocket };
    }
    match request.site() {
        // Before the Origin: the server's own page sends `null` under `Referrer-Policy: no-referrer`.
        Site::Own => Rule::SameOrigin,
        Site::Absent if request.has_own_origin(origin) => Rule::OwnHost,
        Site::Absent | Site::Other if request.kind == Kind::Unsafe => Rule::OriginWrite,
        Site::Absent | Site::Other => Rule::OriginRead,
    }
}

#[inline(always)]
fn rule_without_origin(request: &Request<'_>) -> Rule {
    match (request.site(), request.kind) {
        (Site::Absent, _) | (_, Kind::WebSocket) => Rule::WithoutOrigin,
        (Site::Own, _) => Rule::SameOrigin,
        (Site::Other, Kind::Unsafe) => Rule::CrossSiteWrite,
        (Site::Other, _) if request.is_navigation() => Rule::Navigation,
        (Site::Other, _) => Rule::CrossSiteRead,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const MODES: [Mode; 5] = [Mode::Off, Mode::Unsafe, Mode::All, Mode::Isolate, Mode::Report];
    const SAFE: [Kind; 2] = [Kind::Read, Kind::Options];
    const HTTP: [Kind; 3] = [Kind::Read, Kind::Options, Kind::Unsafe];
    const ANY_SITE: [Option<&[u8]>; 7] = [
        None,
        Some(b""),
        Some(b"none"),
        Some(b"same-origin"),
        Some(b"same-site"),
        Some(b"cross-site"),
        Some(b"Same-Origin"),
    ];
    const ABSENT: &[Option<&[u8]>] = &[None, Some(b"")];
    const OWN: &[Option<&[u8]>] = &[Some(b"same-origin"), Some(b"none")];
    // A value that no browser sends today counts as the most distant one, as in Go.
    const OTHER: &[Option<&[u8]>] =
        &[Some(b"same-site"), Some(b"cross-site"), Some(b"same-origin, cross-site"), Some(b"x")];

    const FOREIGN: &[u8] = b"https://other.example";
    const SAME: &[u8] = b"https://api.example";

    fn request<'r>(
        kind: Kind,
        site: Option<&'r [u8]>,
        origin: Option<(&'r [u8], bool)>,
    ) -> Request<'r> {
        Request {
            kind,
            is_https: false,
            host: HostLines::One(b"api.example"),
            origin,
            site,
            mode: None,
            destination: None,
        }
    }

    fn enforcement(mode: Mode, hosts: &[&str]) -> Enforcement {
        Enforcement::new(mode, Hosts::new(hosts.iter().map(|host| host.as_bytes())).unwrap())
    }

    /// The action in each mode of [`MODES`], with the one rule that is found in all.
    fn decided(request: &Request<'_>, hosts: &[&str]) -> (Rule, [Action; 5]) {
        let decisions = MODES.map(|mode| enforcement(mode, hosts).decide(request));
        assert!(decisions.iter().all(|each| each.rule == decisions[0].rule), "{request:?}");
        (decisions[0].rule, decisions.map(|decision| decision.action))
    }

    fn assert_all<'r>(
        requests: impl IntoIterator<Item = Request<'r>>,
        rule: Rule,
        actions: [Action; 5],
    ) {
        for request in requests {
            assert_eq!(decided(&request, &[]), (rule, actions), "{request:?}");
        }
    }

    fn each<'r>(
        kinds: &[Kind],
        sites: &[Option<&'r [u8]>],
        origin: Option<(&'r [u8], bool)>,
    ) -> Vec<Request<'r>> {
        kinds
            .iter()
            .flat_map(|&kind| sites.iter().map(move |&site| request(kind, site, origin)))
            .collect()
    }

    use Action::{Pass, Reject, Report};

    const PASS: [Action; 5] = [Pass; 5];
    /// Rejected where anything is.
    const REJECT: [Action; 5] = [Pass, Reject, Reject, Reject, Report];

    #[test]
    fn what_passes_at_once_without_an_origin_passes_by_the_table() {
        for (mode, hosts) in
            MODES.into_iter().flat_map(|mode| [(mode, &[][..]), (mode, &["a"][..])])
        {
            let enforcement = enforcement(mode, hosts);
            for host in [HostLines::None, HostLines::Several, HostLines::One(b"a:1")] {
                for request in each(&[HTTP[0], HTTP[1], HTTP[2], Kind::WebSocket], &ANY_SITE, None)
                {
                    let request = Request { host, ..request };
                    let kind = || Ok::<_, ()>(request.kind);
                    let passes = enforcement.passes_without_origin(host, request.site, kind);
                    let action = enforcement.decide(&request).action;
                    if passes.unwrap() {
                        assert_eq!(action, Pass, "{mode:?} {request:?}");
                    } else if mode == Mode::Unsafe || mode == Mode::All {
                        assert_eq!(action, Reject, "{mode:?} {request:?}");
                    }
                }
            }
        }
    }

    // DNS rebinding: the page's origin is the Host, so that only the server's own list tells.
    #[test]
    fn a_request_for_another_host_is_rejected_in_every_mode_before_anything_else() {
        let kinds = [Kind::Preflight, Kind::Read, Kind::Options, Kind::Unsafe, Kind::WebSocket];
        for origin in [None, Some((SAME, true)), Some((SAME, false)), Some((FOREIGN, true))] {
            for request in each(&kinds, &ANY_SITE, origin) {
                let actions = [Reject, Reject, Reject, Reject, Report];
                assert_eq!(decided(&request, &["other.example"]), (Rule::Host, actions));
                for host in [HostLines::None, HostLines::Several, HostLines::One(b"api.example:")] {
                    let request = Request { host, ..request };
                    assert_eq!(decided(&request, &["api.example"]), (Rule::Host, actions));
                }
                assert_ne!(decided(&request, &["API.example"]).0, Rule::Host);
            }
        }
    }

    // Fetch, CORS-preflight request: it has no effect, and the policy responds to it.
    #[test]
    fn a_preflight_is_left_to_cors() {
        for allowed in [false, true] {
            let preflights = each(&[Kind::Preflight], &ANY_SITE, Some((FOREIGN, allowed)));
            assert_all(preflights, Rule::Preflight, PASS);
        }
    }

    // Go's trusted origins; CORS and enforcement are one policy.
    #[test]
    fn an_origin_that_cors_allows_passes_whatever_the_browser_says() {
        for origin in [FOREIGN, b"null", SAME] {
            let all = each(&HTTP, &ANY_SITE, Some((origin, true)));
            assert_all(all, Rule::AllowedOrigin, PASS);
            let handshakes = each(&[Kind::WebSocket], &ANY_SITE, Some((origin, true)));
            assert_all(handshakes, Rule::AllowedOrigin, PASS);
        }
    }

    // Go's rules 1, 2 and 4: curl, a bookmark, a link within the site, an own page's form.
    #[test]
    fn without_an_origin_what_no_other_site_sends_passes() {
        assert_all(each(&HTTP, ABSENT, None), Rule::WithoutOrigin, PASS);
        assert_all(each(&HTTP, OWN, None), Rule::SameOrigin, PASS);
    }

    // Resource Isolation Policy: no image, script or no-cors fetch of another site, but links.
    #[test]
    fn isolate_rejects_what_another_site_loads_unless_it_is_a_navigation() {
        let isolated = [Pass, Pass, Pass, Reject, Pass];
        assert_all(each(&SAFE, OTHER, None), Rule::CrossSiteRead, isolated);
        for (mode, destination, kind, rule) in [
            ("navigate", Some("document"), Kind::Read, Rule::Navigation),
            ("navigate", Some("iframe"), Kind::Read, Rule::Navigation),
            ("navigate", None, Kind::Read, Rule::Navigation),
            ("navigate", Some("object"), Kind::Read, Rule::CrossSiteRead),
            ("navigate", Some("embed"), Kind::Read, Rule::CrossSiteRead),
            ("no-cors", Some("document"), Kind::Read, Rule::CrossSiteRead),
            ("Navigate", Some("document"), Kind::Read, Rule::CrossSiteRead),
            ("navigate", Some("document"), Kind::Options, Rule::CrossSiteRead),
        ] {
            let request = Request {
                mode: Some(mode.as_bytes()),
                destination: destination.map(str::as_bytes),
                ..request(kind, Some(b"cross-site"), None)
            };
            let actions = if rule == Rule::Navigation { PASS } else { isolated };
            assert_eq!(decided(&request, &[]), (rule, actions), "{request:?}");
        }
    }

    // The mode never decides alone: a form of another site is a navigation, too.
    #[test]
    fn a_navigation_with_an_unsafe_method_is_rejected() {
        for origin in [None, Some((FOREIGN, false))] {
            let form = Request {
                mode: Some(b"navigate"),
                destination: Some(b"document"),
                ..request(Kind::Unsafe, Some(b"cross-site"), origin)
            };
            assert_eq!(decided(&form, &[]).1, REJECT);
        }
    }

    // Go's rule 3.
    #[test]
    fn an_unsafe_method_that_another_site_sends_without_an_origin_is_rejected() {
        assert_all(each(&[Kind::Unsafe], OTHER, None), Rule::CrossSiteWrite, REJECT);
    }

    // Rails 8.2, and Chromium: an own page under `Referrer-Policy: no-referrer` sends `null`.
    #[test]
    fn what_the_browser_calls_same_origin_passes_before_its_origin_is_compared() {
        for origin in [b"null".as_slice(), FOREIGN, SAME, b""] {
            assert_all(each(&HTTP, OWN, Some((origin, false))), Rule::SameOrigin, PASS);
        }
    }

    // Go's rule 4, Django: on plain http in a network there is no Sec-Fetch-Site.
    #[test]
    fn an_origin_that_is_the_host_passes_where_the_browser_says_nothing() {
        for origin in [SAME, b"http://api.example"] {
            assert_all(each(&HTTP, ABSENT, Some((origin, false))), Rule::OwnHost, PASS);
        }
        for host in [HostLines::None, HostLines::Several, HostLines::One(b"api.example/")] {
            let request = Request { host, ..request(Kind::Unsafe, None, Some((SAME, false))) };
            assert_eq!(decided(&request, &[]), (Rule::OriginWrite, REJECT), "{host:?}");
        }
    }

    // An attacker on the network speaks http in the server's name.
    #[test]
    fn an_http_origin_is_another_one_where_the_server_is_reached_by_https() {
        let origin = Some((b"http://api.example".as_slice(), false));
        for (kind, rule) in [(Kind::Unsafe, Rule::OriginWrite), (Kind::WebSocket, Rule::WebSocket)]
        {
            let request = Request { is_https: true, ..request(kind, None, origin) };
            assert_eq!(decided(&request, &[]), (rule, REJECT));
        }
    }

    // Spring and Quarkus: 403 for an actual request whose Origin is not allowed.
    #[test]
    fn a_read_whose_origin_is_not_allowed_is_rejected_but_with_unsafe() {
        let expected = [Pass, Pass, Reject, Reject, Report];
        for origin in [FOREIGN, b"null", b""] {
            for sites in [ABSENT, OTHER] {
                let all = each(&SAFE, sites, Some((origin, false)));
                assert_all(all, Rule::OriginRead, expected);
            }
        }
        // The host alone is no proof where the browser says otherwise.
        assert_all(each(&SAFE, OTHER, Some((SAME, false))), Rule::OriginRead, expected);
    }

    // Go's rules 3 and 4.
    #[test]
    fn an_unsafe_method_whose_origin_is_not_allowed_is_rejected() {
        for origin in [FOREIGN, b"null", b"", b"https://api.example.evil.com"] {
            for sites in [ABSENT, OTHER] {
                let all = each(&[Kind::Unsafe], sites, Some((origin, false)));
                assert_all(all, Rule::OriginWrite, REJECT);
            }
        }
        let all = each(&[Kind::Unsafe], OTHER, Some((SAME, false)));
        assert_all(all, Rule::OriginWrite, REJECT);
    }

    // ASVS 5.0, 4.4.2. A browser sends the Origin in every handshake, so that without it is no browser.
    #[test]
    fn a_handshake_passes_without_an_origin_and_with_that_of_the_host() {
        let kinds = [Kind::WebSocket];
        assert_all(each(&kinds, &ANY_SITE, None), Rule::WithoutOrigin, PASS);
        assert_all(each(&kinds, &ANY_SITE, Some((SAME, false))), Rule::OwnHost, PASS);
    }

    #[test]
    fn a_handshake_with_any_other_origin_is_rejected_whatever_the_browser_says() {
        for origin in [FOREIGN, b"null", b"", b"https://api.example:8443"] {
            let all = each(&[Kind::WebSocket], &ANY_SITE, Some((origin, false)));
            assert_all(all, Rule::WebSocket, REJECT);
        }
    }

    #[test]
    fn a_decision_holds_what_cors_says_too() {
        for (origin, cors) in [
            (None, Actual::WithoutOrigin),
            (Some((FOREIGN, true)), Actual::Allowed),
            (Some((FOREIGN, false)), Actual::Rejected),
        ] {
            for hosts in [&[][..], &["other.example"]] {
                let request = request(Kind::Read, None, origin);
                assert_eq!(enforcement(Mode::All, hosts).decide(&request).cors, cors);
            }
        }
    }

    #[test]
    fn nothing_needs_a_decision_where_neither_option_is_given() {
        for mode in MODES {
            assert_eq!(enforcement(mode, &[]).is_on(), mode != Mode::Off);
            assert!(enforcement(mode, &["a.example"]).is_on());
        }
    }

    #[test]
    fn the_methods_that_are_safe_are_those_of_the_table() {
        for (method, kind) in [
            ("GET", Kind::Read),
            ("HEAD", Kind::Read),
            ("OPTIONS", Kind::Options),
            ("POST", Kind::Unsafe),
            ("QUERY", Kind::Unsafe),
            ("TRACE", Kind::Unsafe),
            ("get", Kind::Unsafe),
            ("", Kind::Unsafe),
        ] {
            assert_eq!(Kind::of_method(method.as_bytes()), kind, "{method}");
        }
    }
}
