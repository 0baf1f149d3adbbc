//! HTTP as the stand-ins see it: a request, an answer, and a connection that can be broken.

pub(crate) mod call;
pub(crate) mod reply;
pub(crate) mod wire;
