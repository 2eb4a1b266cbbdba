//! What waits to be handled: messages of the editor, and what other threads have found out.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use lsp_server::{Message, RequestId};

use super::folder::Scan;

/// Something to handle.
pub(super) enum Event {
    Message(Message),
    /// The editor does not want the answer to a request any more.
    Cancelled(RequestId),
    Scanned(Box<Scan>),
    /// The editor has gone away.
    Closed,
}

pub(super) struct Queue {
    sender: Sender<Event>,
    arriving: Mutex<Receiver<Event>>,
    waiting: Mutex<VecDeque<Event>>,
}

impl Queue {
    /// A queue of what `messages` gives, which a thread of its own reads as fast as it comes.
    pub(super) fn new<M>(messages: M) -> Self
    where
        M: IntoIterator<Item = Message> + Send + 'static,
    {
        let (sender, arriving) = channel();
        let editor = sender.clone();
        thread::spawn(move || {
            for message in messages {
                if editor.send(Event::Message(message)).is_err() {
                    return;
                }
            }
            // Nobody is there to be told where the server has ended.
            let _ = editor.send(Event::Closed);
        });
        Self { sender, arriving: Mutex::new(arriving), waiting: Mutex::default() }
    }

    /// Where other threads put what they have found out.
    pub(super) fn sender(&self) -> Sender<Event> {
        self.sender.clone()
    }

    /// The next event; `None` where none comes in time.
    pub(super) fn next(&self, wait: Duration) -> Option<Event> {
        self.take_in();
        if let Some(event) = lock(&self.waiting).pop_front() {
            return Some(event);
        }
        match lock(&self.arriving).recv_timeout(wait) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Event::Closed),
        }
    }

    /// Whether a change of a text waits, so that what is found in the texts as they are is of no use.
    pub(super) fn has_change(&self) -> bool {
        self.take_in();
        let changes = |event: &Event| match event {
            Event::Message(Message::Notification(notification)) => notification.method == "textDocument/didChange",
            Event::Closed => true,
            _ => false,
        };
        lock(&self.waiting).iter().any(changes)
    }

    /// Takes what has arrived into the line; a request that is cancelled gives up its place.
    fn take_in(&self) {
        let (arriving, mut waiting) = (lock(&self.arriving), lock(&self.waiting));
        while let Ok(event) = arriving.try_recv() {
            if let Event::Message(Message::Notification(notification)) = &event
                && notification.method == "$/cancelRequest"
            {
                let id = notification.params.get("id").cloned().and_then(|id| serde_json::from_value::<RequestId>(id).ok());
                let is_meant = |event: &&mut Event| match event {
                    Event::Message(Message::Request(request)) => Some(&request.id) == id.as_ref(),
                    _ => false,
                };
                if let (Some(slot), Some(id)) = (waiting.iter_mut().find(is_meant), id.clone()) {
                    *slot = Event::Cancelled(id);
                }
            } else {
                waiting.push_back(event);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
