//! The language server, driven over its connection as an editor does.

mod client;
mod diagnostics;
mod features;
mod protocol;
