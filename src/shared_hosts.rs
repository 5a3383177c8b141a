//! Hosts below which anybody can have a name, and which the Public Suffix List lacks.
//!
//! Each was looked up in the list that the `psl` crate has (2.1.247): a host that the list gains can
//! be removed here, which a test asks for.

/// The hosts, written as in the list: with `*.` in front, each name below the host is shared itself.
const SHARED: &[&str] = &[
    // Editors and notebooks that run in a browser, each with a name for its open ports.
    "*.cloudshell.dev",
    "*.cloudworkstations.dev",
    "*.gitpod.io",
    "*.prod.colab.dev",
    "*.webcontainer-api.io",
    "*.webcontainer.io",
    "app.github.dev",
    "cloudspaces.litng.ai",
    "cnb.space",
    "deepnoteproject.com",
    "glitch.me",
    "manusvm.computer",
    "proxy.runpod.net",
    "stackblitz.io",
    // Tunnels to a developer's own machine.
    "*.devtunnels.ms",
    "a.free.pinggy.link",
    "cpolar.cn",
    "cpolar.io",
    "cpolar.top",
    "exp.direct",
    "free.pinggy.link",
    "jprq.live",
    "jprq.site",
    "lhr.life",
    "lhr.rocks",
    "lhrtunnel.link",
    "loca.lt",
    "localhost.run",
    "localtunnel.me",
    "loclx.io",
    "pagekite.me",
    "pinggy.link",
    "serveo.net",
    "serveousercontent.com",
    "share.zrok.io",
    "sharedwithexpose.com",
    "tunnelto.dev",
    // Names for every address: `10.0.0.1.nip.io`.
    "nip.io",
    "sslip.io",
    "traefik.me",
    "xip.io",
    // Hosts of applications, and of pages that an assistant has built.
    "*.azurecontainerapps.io",
    "*.nhost.run",
    "4everland.app",
    "anvil.app",
    "b4a.app",
    "b4a.run",
    "choreoapps.dev",
    "edgeone.app",
    "gradio.app",
    "gradio.live",
    "hostingersite.com",
    "kinsta.app",
    "kinsta.page",
    "koyeb.app",
    "m.pipedream.net",
    "manus.space",
    "modal.run",
    "sevalla.app",
    "sevalla.page",
    "shinyapps.io",
    "softr.app",
    "tcloudbaseapp.com",
    "weebly.com",
];

/// Labels that lead from a domain to a shared host below it.
pub(crate) const LABELS: &[&str] = &["cloudspaces", "free", "m", "proxy", "prod", "share"];

/// What this list says of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shared {
    /// The length in bytes of the shared host that it is or is below; 0 where it is none.
    pub(crate) suffix: usize,
    /// Whether there are shared hosts below it.
    pub(crate) deeper: bool,
}

/// Looks up a host in lower case, without a dot at its end.
pub(crate) fn shared(host: &str) -> Shared {
    let mut found = Shared { suffix: 0, deeper: false };
    for rule in SHARED.iter().filter(|rule| end_of(rule) == end_of(host)) {
        let below = rule.strip_prefix("*.");
        let name = below.unwrap_or(rule);
        if let Some(before) = labels_before(host, name) {
            let more = match (below, before) {
                (None, _) => Some(0),
                // The label in the place of the star is part of the suffix.
                (Some(_), "") => None,
                (Some(_), before) => {
                    Some(1 + before.len() - before.rfind('.').map_or(0, |dot| dot + 1))
                }
            };
            found.deeper |= more.is_none();
            found.suffix = found.suffix.max(more.map_or(0, |more| name.len() + more));
        }
        found.deeper |= labels_before(rule, host).is_some_and(|before| !before.is_empty());
    }
    found
}

/// The labels of `host` before `name`, without the dot between; None where it does not end with it.
fn labels_before<'h>(host: &'h str, name: &str) -> Option<&'h str> {
    let before = host.strip_suffix(name)?;
    if before.is_empty() { Some("") } else { before.strip_suffix('.') }
}

/// The last six bytes, by which nearly all hosts differ from those of the list.
fn end_of(host: &str) -> &[u8] {
    host.as_bytes().get(host.len().saturating_sub(6)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use psl::{List, Psl as _};

    #[test]
    fn a_host_is_below_the_longest_shared_one() {
        for (host, suffix, deeper) in [
            ("app.github.dev", "app.github.dev", false),
            ("name-3000.app.github.dev", "app.github.dev", false),
            ("github.dev", "", true),
            ("evilapp.github.dev", "", false),
            ("devtunnels.ms", "", true),
            ("euw.devtunnels.ms", "euw.devtunnels.ms", false),
            ("a.b-3000.euw.devtunnels.ms", "euw.devtunnels.ms", false),
            ("pinggy.link", "pinggy.link", true),
            ("x.a.free.pinggy.link", "a.free.pinggy.link", false),
            ("10.0.0.1.nip.io", "nip.io", false),
            ("example.com", "", false),
            ("io", "", false),
            ("", "", false),
        ] {
            assert_eq!(shared(host), Shared { suffix: suffix.len(), deeper }, "{host}");
        }
    }

    #[test]
    fn no_host_is_in_the_public_suffix_list_as_well() {
        for rule in SHARED {
            let host = rule.replace('*', "any");
            let info = List.find(host.as_bytes().rsplit(|&byte| byte == b'.'));
            assert!(info.len < host.len(), "{rule}");
            assert!(info.typ.is_some(), "{rule}");
        }
    }
}
