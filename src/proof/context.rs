use std::collections::HashSet;
use std::rc::Rc;

use super::dfa::Dfa;
use super::product::{LONGEST_SCHEME, Missing};
use super::reader::{States, Taken};
use crate::host::LONGEST_HOST;

/// Who registered the domain that a host is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The host is a public suffix.
    Nobody,
    /// The author of the regex, who wrote the domain.
    Author,
    Anyone,
}

/// A host, from its end, as far as it is read, and what may come before it.
pub(super) struct Context<'a> {
    pub(super) host: String,
    pub(super) states: States,
    /// Those reached by characters that the author wrote.
    pub(super) written: States,
    /// What is missing until the origin begins, and the state of the part that it is counted for.
    pub(super) missing: Rc<Missing<'a>>,
    pub(super) part: u16,
    pub(super) taken: Taken,
    pub(super) owner: Owner,
    /// Whether untrusted origins are below a private public suffix, and have a part that the author wrote.
    pub(super) shared: bool,
    /// The labels that are done with, and those of them that make a domain which the author wrote.
    pub(super) judged: HashSet<String>,
    pub(super) own: Vec<String>,
}

impl<'a> Context<'a> {
    /// The end of every host that has a registrable name.
    pub(super) fn top(states: States, missing: Rc<Missing<'a>>) -> Self {
        Self {
            host: String::new(),
            written: states.clone(),
            states,
            part: Dfa::START,
            missing,
            taken: Taken::All,
            owner: Owner::Nobody,
            shared: false,
            own: Vec::new(),
            judged: HashSet::new(),
        }
    }

    /// Forgets the states, reached by `read` more characters of the host, from which no origin begins
    /// whose host can be registered.
    pub(super) fn alive(&self, mut states: States, part: u16, read: usize) -> States {
        let most = (LONGEST_SCHEME + LONGEST_HOST).saturating_sub(self.host.len() + read);
        let fits = |count| usize::from(count) <= most;
        states.retain(|&state| self.missing.count(state, part).is_some_and(fits));
        states
    }

    /// The context of a host below this one.
    pub(super) fn deeper(&self, host: String, states: States, written: States, part: u16) -> Self {
        Self {
            host,
            states,
            written,
            missing: Rc::clone(&self.missing),
            part,
            taken: self.taken,
            owner: self.owner,
            shared: self.shared,
            judged: HashSet::new(),
            own: Vec::new(),
        }
    }
}

/// A label, from its end, as far as it is read.
pub(super) struct Word {
    pub(super) reversed: Vec<u8>,
    pub(super) states: States,
    pub(super) written: States,
    pub(super) part: u16,
}

impl Word {
    pub(super) fn empty(context: &Context<'_>) -> Self {
        Self {
            reversed: Vec::new(),
            states: context.states.clone(),
            written: context.written.clone(),
            part: context.part,
        }
    }

    /// The fewest characters that it can have together with what is in front of it.
    pub(super) fn shortest(&self, context: &Context<'_>) -> Option<usize> {
        let counts = self.states.iter().map(|&state| context.missing.count(state, self.part));
        counts.flatten().min().map(|count| self.reversed.len() + usize::from(count))
    }
}
