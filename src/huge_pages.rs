//! Memory in huge pages: 2 MiB each instead of 4 KiB.
//!
//! A table of a million origins has more pages than the processor remembers the addresses of. So a look-up
//! would wait for the table itself and, just as long, for the page table.

/// Asks the kernel to hold this memory in huge pages. Where it does not, nothing else changes.
///
/// It copies the memory once, at about 2 GB per second. Less than a huge page stays where it is.
#[cfg(target_os = "linux")]
pub(crate) fn prefer<T>(memory: &[T]) {
    const HUGE: usize = 2 << 20;
    let start = memory.as_ptr().cast::<u8>();
    let before = start.align_offset(HUGE);
    let Some(length) = size_of_val(memory).checked_sub(before) else { return };
    let length = length / HUGE * HUGE;
    if length == 0 {
        return;
    }
    // SAFETY: whole pages of memory that is allocated and borrowed. The content stays the same.
    unsafe {
        let start = start.add(before).cast_mut().cast();
        if libc::madvise(start, length, libc::MADV_HUGEPAGE) == 0 {
            // Since Linux 6.1. Otherwise the kernel does it by and by.
            libc::madvise(start, length, libc::MADV_COLLAPSE);
        }
    }
}

/// Other systems choose the size of pages by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn prefer<T>(_memory: &[T]) {}
