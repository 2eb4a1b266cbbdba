//! The language server.
//!
//! One thread takes messages in order and answers from what it knows at that moment; texts are analysed when no message waits.
//! Each feature is a file with a function from an open template and a place in it to a result.

mod actions;
mod capabilities;
mod completion;
mod convert;
mod cursor;
mod diagnostics;
mod documents;
mod facts;
mod folder;
mod hints;
mod hover;
mod lens;
mod links;
mod names;
mod outline;
mod queue;
mod rename;
mod requests;
mod server;
mod uri;
mod view;

pub use server::{ServeError, serve};
