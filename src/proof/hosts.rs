use std::collections::BTreeSet;

use super::origin_shapes;
use super::product::{Forward, TooLarge};
use super::reader::{Reader, States, Taken};

/// Ports to show, where one is needed.
const SHOWN_PORTS: &[&str] = &["", ":8080", ":8443", ":3000"];

/// The most ports that are tried for one origin.
const MOST_PORTS: usize = 64;

/// Where, read from its end, an expression's host begins: after a port, or at once.
#[derive(Debug)]
pub(super) struct Hosts {
    ends: States,
    ports: Vec<String>,
}

impl Hosts {
    pub(super) fn new(reader: &mut Reader<'_>) -> Result<Self, TooLarge> {
        let nfa = reader.nfa;
        let start = reader.closed([nfa.start()]);
        let with_port =
            Forward::new(nfa, &start, origin_shapes::get(&origin_shapes::WITH_PORT)?, false)?;
        let mut found = BTreeSet::new();
        let mut ends = start;
        for (state, port) in with_port.found() {
            ends.push(state);
            if found.len() < MOST_PORTS {
                found.insert(port);
            }
        }
        let ends = reader.closed(ends);
        let shown = SHOWN_PORTS.iter().map(|&port| port.to_owned());
        Ok(Self { ends, ports: shown.chain(found).collect() })
    }

    /// The states at the end of the host.
    pub(super) fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// An http or https origin without its port as one that the expression matches: with https and
    /// without a port where it can be.
    pub(super) fn complete(&self, reader: &mut Reader<'_>, origin: &str) -> Option<String> {
        let (_, rest) = origin.split_once("://")?;
        for port in &self.ports {
            for (scheme, default) in [("https", ":443"), ("http", ":80")] {
                let origin = format!("{scheme}://{rest}{port}");
                if port != default && reader.matches(origin.as_bytes(), Taken::All) {
                    return Some(origin);
                }
            }
        }
        None
    }
}
