use core::ops::Range;

/// A text on its way to an origin, and where each of its bytes stood in the entry.
#[derive(Debug)]
pub(super) struct Text {
    text: String,
    places: Vec<usize>,
}

impl Text {
    pub(super) fn new(entry: &str) -> Self {
        Self { text: entry.to_owned(), places: (0..entry.len()).collect() }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The place in the entry of the byte at `offset`.
    pub(super) fn place(&self, offset: usize) -> usize {
        self.places.get(offset).copied().or(self.places.last().copied()).unwrap_or_default()
    }

    /// Puts another character, or none, where each is; gives the place of the first that changes.
    pub(super) fn change(&mut self, change: impl Fn(char) -> Option<char>) -> Option<usize> {
        let first = self.text.char_indices().find(|&(_, old)| change(old) != Some(old))?.0;
        let mut changed = Self { text: String::new(), places: Vec::new() };
        for (offset, old) in self.text.char_indices() {
            if let Some(new) = change(old) {
                changed.text.push(new);
                let place = self.place(offset);
                changed.places.extend(core::iter::repeat_n(place, new.len_utf8()));
            }
        }
        let place = self.place(first);
        *self = changed;
        Some(place)
    }

    /// Keeps only what lies in `range`, which begins and ends between characters.
    pub(super) fn crop(&mut self, range: Range<usize>) {
        self.text = self.text.get(range.clone()).unwrap_or_default().to_owned();
        self.places = self.places.get(range).unwrap_or_default().to_vec();
    }

    /// Puts a whole new text in the place of this one, which then stands where this one began.
    pub(super) fn replace(&mut self, text: String) {
        self.places = vec![self.place(0); text.len()];
        self.text = text;
    }
}
