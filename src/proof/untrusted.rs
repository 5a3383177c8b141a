use std::rc::Rc;

use super::context::{Context, Owner, Word};
use super::dfa::Dfa;
use super::example_names;
use super::hosts::Hosts;
use super::origin_shapes;
use super::product::{Forward, Missing, TooLarge};
use super::reader::{Reader, States, Taken};
use super::result::{Unproven, UntrustedOrigin};
use crate::host::{LONGEST_HOST, LONGEST_LABEL};
use crate::public_suffix::{Registry, Rule, labels_below, registry};

/// The most that the search does, as a [`Reader`] counts it: some hundred milliseconds.
const MOST_WORK: usize = 24 << 20;

/// What it costs to ask about one label.
const JUDGEMENT: usize = 128;

/// The most labels below one written domain that are asked for a public suffix of their own.
const MOST_BELOW: usize = 2000;

/// The characters of labels, those first that are to be shown.
const LABEL_CHARACTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789-_";

/// What the search for a host under a domain that the author did not write has found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// One that anybody may register.
    pub(super) untrusted: Option<UntrustedOrigin>,
    /// One that anybody may have below a private public suffix.
    pub(super) hosted: Option<UntrustedOrigin>,
    /// One that anybody may register below a private public suffix, where the author wrote a part of
    /// the name.
    pub(super) shared: Option<UntrustedOrigin>,
    /// Why there may be others, if that is not known.
    pub(super) unproven: Option<Unproven>,
}

impl Found {
    /// Whether nothing was found.
    pub(super) const fn is_empty(&self) -> bool {
        self.untrusted.is_none() && self.hosted.is_none() && self.shared.is_none()
    }
}

/// Searches for untrusted origins among the hosts that have a registrable name, and shows one that is called
/// `name` or has it in its name, where it can.
pub(super) fn search(
    reader: &mut Reader<'_>,
    hosts: &Hosts,
    name: &str,
) -> Result<Found, TooLarge> {
    let missing = Rc::new(Missing::new(reader.nfa, origin_shapes::get(&origin_shapes::DOMAIN)?)?);
    let mut search = Search { reader, hosts, name, below: None, dot: "", found: Found::default() };
    for dot in ["", "."] {
        search.dot = dot;
        let states = search.reader.walk(hosts.ends(), dot.as_bytes(), Taken::All);
        let mut top = Context::top(states, Rc::clone(&missing));
        search.found.untrusted = search.below(&mut top)?.map(|label| label.untrusted);
        if search.found.untrusted.is_some() {
            break;
        }
    }
    Ok(search.found)
}

/// What makes a host untrusted.
struct Label {
    /// The label of the context; empty where it is one further below.
    text: String,
    untrusted: UntrustedOrigin,
    shared: bool,
}

struct Search<'s, 'a> {
    reader: &'s mut Reader<'a>,
    hosts: &'s Hosts,
    /// A label that shows what an untrusted origin is.
    name: &'s str,
    /// What is missing below a public suffix, and the same where every letter and digit is open.
    below: Option<[Rc<Missing<'a>>; 2]>,
    /// The dot at the end of the host, if there is one.
    dot: &'static str,
    found: Found,
}

impl<'a> Search<'_, 'a> {
    /// Finds a label that makes the host untrusted.
    fn below(&mut self, context: &mut Context<'a>) -> Result<Option<Label>, TooLarge> {
        if context.owner == Owner::Author {
            // A public suffix below the written domain is not untrusted; a name below that is.
            let part = origin_shapes::get(&origin_shapes::TWO_LABELS)?;
            let two = Forward::new(self.reader.nfa, &context.states, part, true)?;
            if two.first().is_none() {
                return Ok(None);
            }
        }
        let top = context.host.is_empty();
        let mut guesses = match context.owner {
            _ if top => example_names::tops(),
            // Any label is a suffix there; this is one that a company has.
            Owner::Author if registry(&context.host).is_some() => vec!["a".to_owned()],
            Owner::Author => labels_below().map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        if context.shared {
            // The shortest host has what the author wrote of the name in its last label.
            let states = &context.states;
            let begin = context.missing.text(self.reader, states, context.part).unwrap_or_default();
            let label = begin.rsplit(['/', '.']).next().unwrap_or_default();
            guesses.extend(example_names::like(label, &[], self.name));
        }
        guesses.push(self.name.to_owned());
        let mut found = None;
        for guess in guesses {
            found = self.try_label(context, &guess)?;
            if found.is_some() {
                break;
            }
        }
        if found.is_none() {
            found = self.any_label(context)?;
        }
        let Some(found) = found else { return Ok(None) };
        if found.untrusted.origin.contains(self.name) {
            return Ok(Some(found));
        }
        let nicer = if top {
            example_names::other_tops()
        } else {
            example_names::like(&found.text, &context.own, self.name)
        };
        for label in nicer {
            if let Some(nicer) = self.try_label(context, &label)? {
                return Ok(Some(nicer));
            }
        }
        Ok(Some(found))
    }

    /// Judges one label, where the expression lets it stand.
    fn try_label(
        &mut self,
        context: &mut Context<'a>,
        label: &str,
    ) -> Result<Option<Label>, TooLarge> {
        let mut word = Word::empty(context);
        for character in label.bytes().rev() {
            match self.longer(context, &word, character) {
                Some(longer) => word = longer,
                None => return Ok(None),
            }
        }
        self.judge(context, &word)
    }

    /// Judges every label that the expression lets stand, until one makes the host untrusted: in rounds,
    /// those first with which an origin can be short.
    fn any_label(&mut self, context: &mut Context<'a>) -> Result<Option<Label>, TooLarge> {
        let word = Word::empty(context);
        let Some(mut most) = word.shortest(context) else { return Ok(None) };
        let mut more = 1;
        loop {
            let mut beyond = None;
            let found = self.labels(context, &word, most, &mut beyond)?;
            match beyond {
                Some(shortest) if found.is_none() && !self.is_exhausted(context) => {
                    most = shortest.max(most + more);
                    more *= 2;
                }
                _ => return Ok(found),
            }
        }
    }

    /// Judges every label that begins, from its end, with `word`, and with which an origin can have
    /// `most` characters; tells the fewest that one has of those with more.
    fn labels(
        &mut self,
        context: &mut Context<'a>,
        word: &Word,
        most: usize,
        beyond: &mut Option<usize>,
    ) -> Result<Option<Label>, TooLarge> {
        if word.reversed.last().is_some_and(u8::is_ascii_alphanumeric) {
            let found = self.judge(context, word)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        if self.is_exhausted(context) || word.reversed.len() == LONGEST_LABEL {
            return Ok(None);
        }
        let readable = self.reader.readable(&word.states);
        for &character in LABEL_CHARACTERS.iter().filter(|&&c| readable >> c & 1 == 1) {
            let Some(longer) = self.longer(context, word, character) else { continue };
            let Some(shortest) = longer.shortest(context) else { continue };
            if shortest > most {
                *beyond = Some(beyond.unwrap_or(shortest).min(shortest));
                continue;
            }
            let found = self.labels(context, &longer, most, beyond)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Whether no more labels are judged in a context, which is remembered.
    fn is_exhausted(&mut self, context: &Context<'a>) -> bool {
        if context.owner == Owner::Author && self.found.hosted.is_some() {
            // Below what the author wrote there are no others.
            return true;
        }
        if context.owner == Owner::Author && context.judged.len() > MOST_BELOW {
            self.found.unproven = Some(Unproven::Suffixes(context.host.clone()));
            return true;
        }
        let exhausted = self.reader.work > MOST_WORK;
        if exhausted {
            self.found.unproven.get_or_insert(Unproven::TooManyNames);
        }
        exhausted
    }

    /// The label with one more character in front, where the expression lets it stand.
    fn longer(&mut self, context: &Context<'a>, word: &Word, character: u8) -> Option<Word> {
        let open = context.taken == Taken::Open;
        let part = context.missing.part().step(word.part, character, open);
        if Dfa::is_dead(part) {
            return None;
        }
        let states = self.reader.step(&word.states, character, context.taken);
        let states = context.alive(states, part, word.reversed.len() + 1);
        if states.is_empty() {
            return None;
        }
        let written = self.reader.step(&word.written, character, Taken::Written);
        let mut reversed = word.reversed.clone();
        reversed.push(character);
        Some(Word { reversed, states, written, part })
    }

    /// Decides whether a label makes the host untrusted, or lets one be below it.
    fn judge(&mut self, context: &mut Context<'a>, word: &Word) -> Result<Option<Label>, TooLarge> {
        let label: String = word.reversed.iter().rev().copied().map(char::from).collect();
        if !context.judged.insert(label.clone()) {
            return Ok(None);
        }
        let host = match context.host.as_str() {
            "" => label.clone(),
            host => format!("{label}.{host}"),
        };
        self.reader.work += JUDGEMENT;
        let rule = Rule::of(&host);
        if rule.registry.is_none() && !rule.deeper {
            return Ok(None);
        }
        let (ended, ended_part) = self.border(context, &word.states, word, b'/', context.taken);
        let (going, going_part) = self.border(context, &word.states, word, b'.', context.taken);
        let owner = match rule.registrable(&host) {
            None => Owner::Nobody,
            Some(domain) if domain.len() == host.len() => {
                if label.contains('_') && rule.registry != Some(Registry::Private) {
                    return Ok(None);
                }
                let written = [b'/', b'.'].into_iter().any(|border| {
                    if context.taken == Taken::Open {
                        // What is missing is counted there for names that are open as a whole.
                        return !self.reader.step(&word.written, border, Taken::All).is_empty();
                    }
                    let border = self.border(context, &word.written, word, border, Taken::All);
                    !border.0.is_empty()
                });
                if written { Owner::Author } else { Owner::Anyone }
            }
            Some(_) => context.owner,
        };
        if owner == Owner::Anyone {
            let way = if !ended.is_empty() {
                Some(('/', &ended, ended_part))
            } else if !going.is_empty() && !rule.deeper {
                Some(('.', &going, going_part))
            } else {
                None
            };
            if let Some((border, states, part)) = way {
                let begin = context.missing.text(self.reader, states, part).unwrap_or_default();
                let host_below = format!("{begin}{border}{host}");
                return Ok(self.shown(&host_below, &host, rule).map(|untrusted| Label {
                    text: label,
                    untrusted,
                    shared: context.shared,
                }));
            }
        }
        if owner == Owner::Author {
            context.own.push(label);
        }
        if going.is_empty() || (owner != Owner::Nobody && !rule.deeper) {
            return Ok(None);
        }
        let written = self.reader.step(&word.written, b'.', Taken::All);
        let mut next = context.deeper(host, going, written, going_part);
        next.owner = owner;
        let at_registry = matches!(rule.registry, None | Some(Registry::Icann));
        let found = if owner == Owner::Nobody && !at_registry {
            self.below_private(next)?
        } else {
            self.below(&mut next)?
        };
        Ok(found.map(|found| Label { text: String::new(), ..found }))
    }

    /// Finds an untrusted origin below a private public suffix: at best one with a name that is open as a
    /// whole, or else one in whose name the author wrote a part.
    fn below_private(&mut self, mut context: Context<'a>) -> Result<Option<Label>, TooLarge> {
        if context.taken == Taken::Open {
            return self.below(&mut context);
        }
        let [missing, open_missing] = if let Some(below) = &self.below {
            below.clone()
        } else {
            let missing = |part| Missing::new(self.reader.nfa, part).map(Rc::new);
            let below = [
                missing(origin_shapes::get(&origin_shapes::BELOW)?)?,
                missing(origin_shapes::get(&origin_shapes::OPEN_BELOW)?)?,
            ];
            self.below.insert(below).clone()
        };
        let (host, states) = (context.host.clone(), context.states.clone());
        let mut open = context.deeper(host, states, context.written.clone(), Dfa::START);
        open.missing = open_missing;
        open.taken = Taken::Open;
        open.shared = false;
        if let Some(found) = self.below(&mut open)? {
            // What may be registered at a registry is still to be found.
            self.found.hosted.get_or_insert(found.untrusted);
            return Ok(None);
        }
        context.missing = missing;
        context.part = Dfa::START;
        context.shared = true;
        match self.below(&mut context)? {
            Some(found) if found.shared => {
                self.found.shared.get_or_insert(found.untrusted);
                Ok(None)
            }
            found => Ok(found),
        }
    }

    /// The states after a border of a label, from which an origin begins.
    fn border(
        &mut self,
        context: &Context<'a>,
        states: &[u32],
        word: &Word,
        border: u8,
        taken: Taken,
    ) -> (States, u16) {
        let length = word.reversed.len();
        let part = context.missing.part().step(word.part, border, false);
        if Dfa::is_dead(part) {
            return (States::new(), part);
        }
        let states = self.reader.step(states, border, taken);
        (context.alive(states, part, length), part)
    }

    /// The untrusted origin as it is shown, if names as long as that can be registered.
    fn shown(&mut self, origin: &str, host: &str, rule: Rule) -> Option<UntrustedOrigin> {
        let dot = self.dot;
        let untrusted = self.hosts.complete(self.reader, &format!("{origin}{dot}"));
        let (_, whole) = origin.split_once("://").unwrap_or_default();
        let fits = whole.len() <= LONGEST_HOST
            && whole.split('.').all(|label| label.len() <= LONGEST_LABEL);
        let Some(origin) = untrusted.filter(|_| fits) else {
            self.found.unproven.get_or_insert(Unproven::LongNames);
            return None;
        };
        Some(UntrustedOrigin {
            origin,
            domain: rule.registrable(host).unwrap_or(host).to_owned(),
            suffix: rule.suffix(host).to_owned(),
            is_anyones: rule.registry != Some(Registry::Restricted),
        })
    }
}
