//! What matches, and allows more than is meant.

use super::code;
use super::finding::Finding;
use crate::lint::problem::Suggestion;
use crate::public_suffix::{Registry, deeper_suffix, registry};

pub(super) fn any_with_credentials() -> Finding {
    let wrong = "allows every site to read responses made with the user's credentials";
    Finding::error(code::ANY_WITH_CREDENTIALS, 0, wrong)
        .otherwise("list the origins, or remove allow_credentials")
}

pub(super) fn null(credentials: bool) -> Finding {
    if credentials {
        let wrong = "is the Origin of sandboxed pages, which every site can make, so every site \
                     can read responses made with the user's credentials";
        return Finding::error(code::NULL, 0, wrong).otherwise("remove it");
    }
    let wrong = "is the Origin of sandboxed pages, which every site can make, so it allows every \
                 site";
    Finding::warning(code::NULL, 0, wrong)
        .otherwise("remove it, or write '*' if you mean every site")
}

/// For the origin of local files.
pub(super) fn file(credentials: bool) -> Finding {
    let whose =
        "is the Origin of local files in Electron and in some web views (browsers send null)";
    let otherwise = "load the app's pages from a scheme of its own, such as 'app://localhost'";
    let finding = if credentials {
        let wrong = format!(
            "{whose}, so each file that such an app opens can read responses made with the user's \
             credentials"
        );
        Finding::error(code::FILE, 0, wrong)
    } else {
        let wrong = format!("{whose}, so it allows each file that such an app opens");
        Finding::warning(code::FILE, 0, wrong)
    };
    finding.otherwise(otherwise).meant(None)
}

/// For an origin of `http` that takes credentials, from a host that is not the machine itself.
pub(super) fn insecure(at: usize, origin: &str, has_port: bool) -> Finding {
    let wrong = "is not encrypted, so anyone on the network path can send requests with the \
                 user's credentials and read the responses";
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
        (format!(", including those below {suffix}"), registry)
    };
    let (who, is_error) = match registry {
        Registry::Icann => ("anyone can register", true),
        Registry::Restricted => ("others can have", credentials),
        Registry::Private => ("anyone can have", credentials),
    };
    let wrong = format!("allows every site below {host}{below}, where {who} a name");
    let finding = if is_error { Finding::error } else { Finding::warning };
    let otherwise = "list the domains that are yours";
    Some(finding(code::PUBLIC_SUFFIX, at, wrong).otherwise(otherwise))
}
