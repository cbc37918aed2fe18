//! The heap, which knows the most bytes that were in use at once.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::{Cell, RefCell};
use core::ptr::NonNull;

use linked_list_allocator::Heap;

struct Counted {
    heap: RefCell<Heap>,
    /// Bytes; what was asked for is rounded up as the allocator does.
    peak: Cell<usize>,
}

// SAFETY: one core, no interrupts: nothing runs twice at a time.
unsafe impl Sync for Counted {}

#[global_allocator]
static HEAP: Counted = Counted {
    heap: RefCell::new(Heap::empty()),
    peak: Cell::new(0),
};

// SAFETY: that of `linked_list_allocator`, whose pointers are passed on.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut heap = self.heap.borrow_mut();
        let place = heap.allocate_first_fit(layout);
        self.peak.set(self.peak.get().max(heap.used()));
        place.map_or(core::ptr::null_mut(), NonNull::as_ptr)
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        if let Some(place) = NonNull::new(place) {
            // SAFETY: it was allocated above, with this layout.
            unsafe { self.heap.borrow_mut().deallocate(place, layout) };
        }
    }
}

/// Gives the heap its memory. Once, before the first allocation.
pub(crate) fn initialise() {
    unsafe extern "C" {
        static mut _heap_bottom: u8;
        static mut _heap_top: u8;
    }
    let (bottom, top) = (&raw mut _heap_bottom, &raw mut _heap_top);
    // SAFETY: the linker script reserves this memory for the heap alone.
    unsafe {
        let length = top.addr() - bottom.addr();
        HEAP.heap.borrow_mut().init(bottom, length);
    }
}

/// Forgets the peak; the bytes that are in use now.
pub(crate) fn forget_peak() -> usize {
    let used = HEAP.heap.borrow().used();
    HEAP.peak.set(used);
    used
}

/// The most bytes that were in use at once since the peak was forgotten.
pub(crate) fn peak() -> usize {
    HEAP.peak.get()
}
