use core::fmt;

/// A list of byte strings, one behind the other in a single buffer.
pub(super) struct TextList {
    /// Each text behind its length.
    buffer: Vec<u8>,
    count: usize,
}

/// Stands for a length that takes the four bytes behind it, as those from here on do.
const LONG: u8 = u8::MAX;

/// The texts of a list would pass 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the texts together are longer than 4 GiB")
    }
}

impl core::error::Error for TooLarge {}

impl Default for TextList {
    fn default() -> Self {
        // No text is at 0.
        Self { buffer: vec![0], count: 0 }
    }
}

impl TextList {
    /// Makes room for texts of so many bytes. The memory is used when they come.
    ///
    /// A buffer that grows has to be copied now and then, and both copies take memory.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.buffer.reserve_exact(bytes);
    }

    /// Adds a text at the end, and returns where it is: not 0.
    ///
    /// # Errors
    /// [`TooLarge`] if all texts together would exceed 4 GiB; the list is then as it was.
    pub(super) fn append(&mut self, text: &[u8]) -> Result<u32, TooLarge> {
        let place = u32::try_from(self.buffer.len()).map_err(|_| TooLarge)?;
        let length = u32::try_from(text.len()).map_err(|_| TooLarge)?;
        // With the longest form of its length.
        place.checked_add(length).and_then(|end| end.checked_add(5)).ok_or(TooLarge)?;
        match u8::try_from(length) {
            Ok(short) if short != LONG => self.buffer.push(short),
            _ => {
                self.buffer.push(LONG);
                self.buffer.extend_from_slice(&length.to_le_bytes());
            }
        }
        self.buffer.extend_from_slice(text);
        self.count += 1;
        Ok(place)
    }

    /// The text at a place that [`append`](Self::append) returned.
    #[inline]
    pub(super) fn at(&self, place: u32) -> &[u8] {
        let (length, text) = split_length(&self.buffer[place as usize..]);
        &text[..length]
    }

    /// All texts in their order.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let mut rest = &self.buffer[1..];
        (0..self.count).map(move |_| {
            let (length, behind) = split_length(rest);
            let (text, next) = behind.split_at(length);
            rest = next;
            text
        })
    }

    /// The list from one place on: each text with the place behind it. The list begins at 0.
    pub(super) fn iter_from(&self, place: usize) -> impl Iterator<Item = (&[u8], usize)> {
        let mut place = place.max(1);
        core::iter::from_fn(move || {
            let rest = self.buffer.get(place..).filter(|rest| !rest.is_empty())?;
            let (length, behind) = split_length(rest);
            place = self.buffer.len() - behind.len() + length;
            Some((&behind[..length], place))
        })
    }

    /// All texts in their order, each with its place.
    pub(super) fn iter_with_places(&self) -> impl Iterator<Item = (&[u8], u32)> {
        let mut place = 1;
        self.iter_from(0).map(move |(text, next)| {
            #[allow(clippy::cast_possible_truncation, reason = "`append` returned it")]
            let at = core::mem::replace(&mut place, next) as u32;
            (text, at)
        })
    }

    /// Releases memory that only the building needed, and returns the rest.
    pub(super) fn shrink(&mut self) -> &[u8] {
        self.buffer.shrink_to_fit();
        &self.buffer
    }

    /// How many bytes of memory it has.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.buffer.capacity()
    }
}

/// The length that a text lies behind, and what follows.
#[inline]
fn split_length(bytes: &[u8]) -> (usize, &[u8]) {
    match *bytes {
        [LONG, a, b, c, d, ref text @ ..] => (u32::from_le_bytes([a, b, c, d]) as usize, text),
        [length, ref text @ ..] => (usize::from(length), text),
        [] => (0, &[]),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_of_any_length_are_where_they_were_put() {
        let lengths = [0, 1, 2, 253, 254, 255, 256, 257, 65_535, 65_536, 0];
        let texts: Vec<Vec<u8>> = lengths.iter().map(|&length| vec![b'a'; length]).collect();
        let mut list = TextList::default();
        let places: Vec<u32> = texts.iter().map(|text| list.append(text).unwrap()).collect();
        list.shrink();
        assert!(places.iter().all(|&place| place != 0));
        assert!(places.iter().map(|&place| list.at(place)).eq(texts.iter()));
        assert!(list.iter().eq(texts.iter()));
        let mut place = 0;
        for text in &texts {
            let (found, next) = list.iter_from(place).next().unwrap();
            assert_eq!(found, text);
            place = next;
        }
        assert!(list.iter_from(place).next().is_none());
        assert!(list.iter_with_places().eq(texts.iter().map(Vec::as_slice).zip(places)));
    }
}
