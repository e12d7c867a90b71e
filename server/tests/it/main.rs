//! HTTP and WebSocket tests through the real router, on a fresh database a test.

mod path;
