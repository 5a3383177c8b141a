//! Keeps a panic inside the function that panics. It does not depend on Python, so it can be tested without.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Returns the result of `body`; if it panics, that of `report` for the panic's message; if that
/// panics too, that of `last`, which must not panic.
///
/// Costs nothing if the compiler sees that `body` cannot panic.
#[inline]
pub(crate) fn contained<T>(
    body: impl FnOnce() -> T,
    report: impl FnOnce(&str) -> T,
    last: impl FnOnce() -> T,
) -> T {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(result) => result,
        Err(payload) => reported(payload, report).unwrap_or_else(last),
    }
}

/// The result of `report`, or None if it panics, or if the payload does when it is dropped.
#[cold]
#[inline(never)]
fn reported<T>(payload: Box<dyn Any + Send>, report: impl FnOnce(&str) -> T) -> Option<T> {
    let both = move || {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        report(text.unwrap_or("no message"))
    };
    match catch_unwind(AssertUnwindSafe(both)) {
        Ok(result) => Some(result),
        Err(second) => {
            // Dropping it may panic again, and nobody would catch that.
            core::mem::forget(second);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;
    use std::panic::panic_any;

    fn outcome(body: impl FnOnce() -> String) -> String {
        contained(body, |text| format!("reported: {text}"), || "last".to_owned())
    }

    #[test]
    fn what_does_not_panic_is_returned() {
        assert_eq!(outcome(|| "done".to_owned()), "done");
    }

    #[test]
    fn a_panic_is_reported_with_its_message() {
        let number = 7;
        assert_eq!(outcome(|| panic!("constant")), "reported: constant");
        assert_eq!(outcome(|| panic!("number {number}")), "reported: number 7");
        assert_eq!(outcome(|| panic_any(number)), "reported: no message");
    }

    #[test]
    fn a_panic_of_the_report_itself_stays_inside() {
        let result = contained(|| panic!("first"), |_| panic!("second"), || "last");
        assert_eq!(result, "last");
    }

    #[test]
    fn a_payload_that_panics_when_it_is_dropped_stays_inside() {
        struct Rude;

        impl Drop for Rude {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }

        assert_eq!(outcome(|| panic_any(Rude)), "last");
        let result = contained(|| panic!("first"), |_| panic_any(Rude), || "last");
        assert_eq!(result, "last");
    }
}
