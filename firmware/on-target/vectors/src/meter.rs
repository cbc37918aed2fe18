//! What an answer costs.

/// What a piece of work took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Instructions.
    pub instructions: u64,
    /// Most bytes of the heap at once.
    pub heap: usize,
    /// Most bytes of the stack.
    pub stack: usize,
}

/// Measures the work of the device's code, and not what is done around it.
pub trait Meter {
    /// Does the work.
    fn measure<T>(&mut self, work: impl FnOnce() -> T) -> T;
}

/// Measures nothing.
#[derive(Clone, Copy, Debug)]
pub struct Unmeasured;

impl Meter for Unmeasured {
    fn measure<T>(&mut self, work: impl FnOnce() -> T) -> T {
        work()
    }
}
