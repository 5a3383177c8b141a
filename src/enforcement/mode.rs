/// How much is rejected, the option `enforce`. A Host that is not among `hosts` is rejected in any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `False`: nothing else.
    Off,
    /// `"unsafe"`: requests with another method than GET, HEAD and OPTIONS, and WebSocket handshakes.
    Unsafe,
    /// `True`: any request whose Origin is not allowed.
    All,
    /// `"isolate"`: also those that another site's page sends without an Origin, unless they are
    /// navigations.
    Isolate,
    /// `"report"`: nothing, but what [`All`](Self::All) would reject is counted and logged.
    Report,
}

impl Mode {
    const NAMES: [(Self, &'static str); 5] = [
        (Self::Off, "off"),
        (Self::Unsafe, "unsafe"),
        (Self::All, "all"),
        (Self::Isolate, "isolate"),
        (Self::Report, "report"),
    ];

    /// The mode of this name: `off`, `unsafe`, `all`, `isolate` or `report`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(_, other)| *other == name).map(|(mode, _)| mode)
    }

    /// How strict it is: a larger number rejects whatever a smaller one does.
    #[must_use]
    pub fn strictness(self) -> u8 {
        match self {
            Self::Off => 0,
            Self::Report => 1,
            Self::Unsafe => 2,
            Self::All => 3,
            Self::Isolate => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_found_by_its_name() {
        assert_eq!(Mode::named("unsafe"), Some(Mode::Unsafe));
        assert_eq!(Mode::named("all"), Some(Mode::All));
        assert_eq!(Mode::named("Unsafe"), None);
    }
}
