//! What matches, and lets in more than is meant.

use super::code;
use super::finding::Finding;
use crate::lint::problem::Suggestion;
use crate::public_suffix::{Registry, deeper_suffix, registry};

pub(super) fn any_with_credentials() -> Finding {
    let wrong = "lets every site read answers that were made with the user's credentials";
    Finding::error(code::ANY_WITH_CREDENTIALS, 0, wrong)
        .otherwise("name the origins, or leave allow_credentials out")
}

pub(super) fn null(credentials: bool) -> Finding {
    if credentials {
        let wrong = "is the Origin of sandboxed pages, which every site can make, so that every \
                     site can read answers that were made with the user's credentials";
        return Finding::error(code::NULL, 0, wrong).otherwise("leave it out");
    }
    let wrong = "is the Origin of sandboxed pages, which every site can make, so that every site \
                 is let in";
    Finding::warning(code::NULL, 0, wrong)
        .otherwise("leave it out, or write '*' where every site is meant")
}

/// For an origin of `http` that takes credentials, from a host that is not the machine itself.
pub(super) fn insecure(at: usize, origin: &str, has_port: bool) -> Finding {
    let wrong = "is not encrypted, so that whoever is on the way can send requests with the user's \
                 credentials and read the answers";
    // Another scheme is served on another port, which nobody can guess.
    let secure = origin.strip_prefix("http://").filter(|_| !has_port);
    Finding::warning(code::INSECURE, at, wrong)
        .otherwise("serve the page over https, and allow that origin")
        .meant(secure.map(|rest| Suggestion::One(format!("https://{rest}"))))
}

/// For a pattern of the subdomains of `host`, which covers every name below it, however deep.
///
/// Below a registry's suffix no author can mean every name there is. Below a company's the names are free
/// for the asking: that is every site, which is dangerous with credentials and may be meant without, as
/// `*` may. So may every name of a state. Regular expressions are judged alike.
pub(super) fn public_suffix(at: usize, host: &str, credentials: bool) -> Option<Finding> {
    let (below, registry) = if let Some(registry) = registry(host) {
        (String::new(), registry)
    } else {
        let (suffix, registry) = deeper_suffix(host)?;
        (format!(", and so below {suffix}"), registry)
    };
    let (who, is_error) = match registry {
        Registry::Icann => ("anybody can register", true),
        Registry::Restricted => ("others can have", credentials),
        Registry::Private => ("anybody can have", credentials),
    };
    let wrong = format!("lets in every site below {host}{below}, where {who} a name");
    let finding = if is_error { Finding::error } else { Finding::warning };
    let otherwise = "name the domains that are yours";
    Some(finding(code::PUBLIC_SUFFIX, at, wrong).otherwise(otherwise))
}
