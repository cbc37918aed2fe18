//! Between who asks for files and who holds the connection.
//!
//! A connection borrows the TLS engine for as long as it lasts, so no value can have both and open the next one. It lives
//! within a future of its own ([`super::line`]), which takes turns with the one that asks. Here they hand each other what they
//! have, within one task: nobody is woken.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use core::cell::Cell;
use core::convert::Infallible;
use core::future::{Future, poll_fn};
use core::ops::Range;
use core::pin::pin;
use core::task::Poll;

use super::fetch::WireError;
use crate::install::{FetchError, Refused, Sink};

/// Bytes that are handed on at once.
const PORTION: usize = 2048;

/// A file that is asked for, from byte `from` on.
pub(super) struct Order {
    pub(super) file: String,
    pub(super) from: u32,
}

/// How the order came out.
pub(super) type Outcome<N> = Result<(), FetchError<WireError<N>>>;

/// Where orders and bytes are handed over. `N` is the error of the network.
pub(super) struct Desk<N> {
    order: Cell<Option<Order>>,
    delivery: Cell<Option<Delivery<N>>>,
    reply: Cell<Option<Result<(), Refused>>>,
    /// Of whoever works with it; nobody keeps it while the other one does.
    portion: Cell<Box<[u8]>>,
    /// Whether something was put here, which the other one has to be told.
    moved: Cell<bool>,
}

enum Delivery<N> {
    Begin { total: Option<u32>, first: u32 },
    Bytes(Range<usize>),
    End(Outcome<N>),
}

impl<N> Desk<N> {
    pub(super) fn new() -> Self {
        Self {
            order: Cell::new(None),
            delivery: Cell::new(None),
            reply: Cell::new(None),
            portion: Cell::new(vec![0; PORTION].into_boxed_slice()),
            moved: Cell::new(false),
        }
    }

    /// Runs both in turns, until who asks is done.
    pub(super) async fn together<O>(
        &self,
        asks: impl Future<Output = O>,
        holds: impl Future<Output = Infallible>,
    ) -> O {
        let (mut asks, mut holds) = (pin!(asks), pin!(holds));
        poll_fn(|context| {
            loop {
                self.moved.set(false);
                if let Poll::Ready(output) = asks.as_mut().poll(context) {
                    return Poll::Ready(output);
                }
                if let Poll::Ready(never) = holds.as_mut().poll(context) {
                    match never {}
                }
                if !self.moved.get() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Has a file fetched. To be called again only when this returned.
    pub(super) async fn fetch(&self, order: Order, sink: &mut dyn Sink) -> Outcome<N> {
        self.put(&self.order, order);
        loop {
            let reply = match taken(&self.delivery).await {
                Delivery::Begin { total, first } => sink.begin(total, first),
                Delivery::Bytes(range) => {
                    let portion = self.portion.take();
                    let reply = sink.take(portion.get(range).unwrap_or_default());
                    self.portion.set(portion);
                    reply
                }
                Delivery::End(outcome) => return outcome,
            };
            self.put(&self.reply, reply);
        }
    }

    /// The next order, when there is one.
    pub(super) async fn order(&self) -> Order {
        taken(&self.order).await
    }

    /// The file has `total` bytes, as far as is known, and those that follow begin with byte `first` of it.
    pub(super) async fn begin(&self, total: Option<u32>, first: u32) -> Result<(), Refused> {
        self.deliver(Delivery::Begin { total, first }).await
    }

    /// What is to be filled, and handed on with [`Desk::bytes`].
    pub(super) fn portion(&self) -> Box<[u8]> {
        self.portion.take()
    }

    /// The next bytes: this range of the portion, which is given back.
    pub(super) async fn bytes(
        &self,
        portion: Box<[u8]>,
        range: Range<usize>,
    ) -> Result<(), Refused> {
        self.portion.set(portion);
        self.deliver(Delivery::Bytes(range)).await
    }

    /// Takes back a portion with nothing in it.
    pub(super) fn unused(&self, portion: Box<[u8]>) {
        self.portion.set(portion);
    }

    /// The order is done.
    pub(super) fn end(&self, outcome: Outcome<N>) {
        self.put(&self.delivery, Delivery::End(outcome));
    }

    async fn deliver(&self, delivery: Delivery<N>) -> Result<(), Refused> {
        self.put(&self.delivery, delivery);
        taken(&self.reply).await
    }

    fn put<T>(&self, place: &Cell<Option<T>>, value: T) {
        place.set(Some(value));
        self.moved.set(true);
    }
}

async fn taken<T>(place: &Cell<Option<T>>) -> T {
    poll_fn(|_| place.take().map_or(Poll::Pending, Poll::Ready)).await
}
