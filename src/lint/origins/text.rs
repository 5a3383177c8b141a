use core::ops::Range;

/// A text on its way to an origin, and where each of its bytes stood in the entry.
#[derive(Debug)]
pub(super) struct Text {
    text: String,
    places: Places,
}

#[derive(Debug)]
enum Places {
    /// One behind the other from here on.
    From(usize),
    /// One for each byte.
    Each(Vec<usize>),
}

impl Text {
    pub(super) fn new(entry: &str) -> Self {
        Self { text: entry.to_owned(), places: Places::From(0) }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The place in the entry of the byte at `offset`, and for one behind the end that of the last.
    pub(super) fn place(&self, offset: usize) -> usize {
        match &self.places {
            Places::From(first) => first + offset.min(self.text.len().saturating_sub(1)),
            Places::Each(places) => {
                places.get(offset).or(places.last()).copied().unwrap_or_default()
            }
        }
    }

    /// Puts another character, or none, where each is; gives the place of the first that changes.
    pub(super) fn change(&mut self, change: impl Fn(char) -> Option<char>) -> Option<usize> {
        let first = self.text.char_indices().find(|&(_, old)| change(old) != Some(old))?.0;
        let mut text = String::with_capacity(self.text.len());
        let mut places = Vec::with_capacity(self.text.len());
        for (offset, old) in self.text.char_indices() {
            if let Some(new) = change(old) {
                text.push(new);
                places.extend(core::iter::repeat_n(self.place(offset), new.len_utf8()));
            }
        }
        let place = self.place(first);
        *self = Self { text, places: Places::Each(places) };
        Some(place)
    }

    /// Keeps only what lies in `range`, which begins and ends between characters.
    pub(super) fn crop(&mut self, range: Range<usize>) {
        if range == (0..self.text.len()) {
            return;
        }
        let first = self.place(range.start);
        self.text = self.text.get(range.clone()).unwrap_or_default().to_owned();
        self.places = match &self.places {
            Places::From(_) => Places::From(first),
            Places::Each(places) => Places::Each(places.get(range).unwrap_or_default().to_vec()),
        };
    }

    /// Puts a whole new text in the place of this one, which then stands where this one began.
    pub(super) fn replace(&mut self, text: String) {
        self.places = Places::Each(vec![self.place(0); text.len()]);
        self.text = text;
    }
}
