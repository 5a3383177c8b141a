//! The `send` that the application gets: it sets the CORS headers on the start of the response.

use core::ffi::{c_int, c_void};
use core::mem::offset_of;
use core::ptr;
use core::sync::atomic::AtomicBool;
#[cfg(not(Py_GIL_DISABLED))]
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use super::asked::Question;
use super::coroutines::deferred;
use super::guard::{self, attached, object, unraisable};
use super::headers::{Decided, with_headers};
use super::immortal::make_immortal;
use super::links::drop_link;
use super::object::{Owned, Raised, call_one, is_text, item, seldom};
use super::older_rust::cold_path;
use super::policy::{CompiledPolicy, compiled};
use super::shape::send_attribute;
use super::types::{
    self, arguments, fast_method, no_attribute, no_member, slot, vectorcall_offset,
};
use crate::cors::Actual;

#[repr(C)]
#[allow(clippy::struct_field_names, reason = "a send holds a send")]
struct Send {
    base: ffi::PyObject,
    vectorcall: Option<ffi::vectorcallfunc>,
    /// The server's send. Null only while the garbage collector breaks a cycle.
    send: *mut ffi::PyObject,
    /// The `CompiledPolicy` that the request was decided by; it stays when the middleware is
    /// reconfigured meanwhile. Null as `send` is.
    policy: *mut ffi::PyObject,
    /// What the response needs of the request: the Origin, `bytes`, if it is allowed by its name or a
    /// subclass is asked about it; the scope if it is rejected; else null.
    request: *mut ffi::PyObject,
    /// The middleware whose `is_allowed_origin` is asked when the response starts, and the scope of
    /// the request, in a tuple; null if the verdict is known, which is `kind`.
    question: *mut ffi::PyObject,
    kind: Actual,
    /// Whether the subclass's rejection was counted and logged: an application may start twice.
    reported: AtomicBool,
}

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The memory of a send that was dropped, for the next one, or null. Taking it saves
/// an allocation and a release, 150 instructions. It is read and written under the GIL; without it, each
/// thread has an allocator of its own, which does the same.
#[cfg(not(Py_GIL_DISABLED))]
static KEPT: AtomicPtr<Send> = AtomicPtr::new(ptr::null_mut());

/// Makes the type before the first request needs it.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    TYPE.get_or_try_init(py, || make_type(py)).map(|_| ())
}

/// A `send` for one actual request, with the value of [`Send::request`]. With a `question`, its
/// Origin is asked about when the response starts.
///
/// # Safety
/// `send` and `policy`, a `CompiledPolicy`, are live, the thread is attached, and [`prepare`] has
/// been called.
#[inline(always)]
pub(super) unsafe fn new(
    send: *mut ffi::PyObject,
    policy: &Owned,
    request: Option<Owned>,
    kind: Actual,
    question: Option<Owned>,
) -> Result<Owned, Raised> {
    // SAFETY: attached, as the caller vouches.
    let py = unsafe { Python::assume_attached() };
    let Some(send_type) = TYPE.get(py) else { return seldom(Err(Raised)) };
    // SAFETY: the allocation has room for a `Send`; all its fields are set before the collector
    // may see it.
    unsafe {
        let send_type = send_type.as_ptr().cast();
        let made = allocated(send_type);
        if made.is_null() {
            return seldom(Err(Raised));
        }
        (*made).vectorcall = Some(vectorcall);
        (*made).send = Owned::share(send).into_ptr();
        (*made).policy = Owned::share(policy.as_ptr()).into_ptr();
        (*made).request = request.map_or(ptr::null_mut(), Owned::into_ptr);
        (*made).question = question.map_or(ptr::null_mut(), Owned::into_ptr);
        (*made).kind = kind;
        (*made).reported = AtomicBool::new(false);
        ffi::PyObject_GC_Track(made.cast());
        Owned::take(made.cast())
    }
}

/// The memory of a send, with the head of the object; null with an exception.
///
/// # Safety
/// `send_type` is the type that [`make_type`] made, and the thread is attached.
#[inline(always)]
unsafe fn allocated(send_type: *mut ffi::PyTypeObject) -> *mut Send {
    #[cfg(not(Py_GIL_DISABLED))]
    // SAFETY: what is kept is the memory of a `Send`, which nobody else knows of.
    unsafe {
        let made = KEPT.load(Relaxed);
        if made.is_null() {
            cold_path();
            return ffi::PyObject_GC_New::<Send>(send_type);
        }
        KEPT.store(ptr::null_mut(), Relaxed);
        ffi::PyObject_Init(made.cast(), send_type);
        made
    }
    #[cfg(Py_GIL_DISABLED)]
    // SAFETY: as the caller vouches.
    unsafe {
        ffi::PyObject_GC_New::<Send>(send_type)
    }
}

/// Keeps the memory of a send for the next one, or frees it.
///
/// # Safety
/// Nobody refers to it, and it holds nothing any more.
#[inline(always)]
unsafe fn free(send: *mut Send) {
    #[cfg(not(Py_GIL_DISABLED))]
    if KEPT.load(Relaxed).is_null() {
        KEPT.store(send, Relaxed);
        return;
    }
    // SAFETY: as the caller vouches.
    unsafe { ffi::PyObject_GC_Del(send.cast()) }
}

unsafe extern "C" fn vectorcall(
    slf: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Send`, its arguments as vectorcall lays them out, and the
    // thread attached. The caller holds `slf` for the time of the call.
    object(|| unsafe {
        let this = &*slf.cast::<Send>();
        if this.send.is_null() || this.policy.is_null() {
            cold_path();
            return thrown_away();
        }
        let message = if kwnames.is_null() && ffi::PyVectorcall_NARGS(nargsf) == 1 {
            *args
        } else {
            keyword_message(args, nargsf, kwnames)?
        };
        let compiled = compiled(this.policy);
        // A coroutine even if the server returns another awaitable: an application may want to put it
        // into a task.
        deferred(compiled.names, call(this, compiled, message))
    })
}

#[cold]
fn thrown_away() -> Result<Owned, Raised> {
    attached(|_| Err(PyValueError::new_err("send was called after the request was thrown away")))
}

/// Sends a message, changed if it starts the response.
///
/// # Safety
/// `message` is live, the thread attached.
#[inline(always)]
unsafe fn call(
    this: &Send,
    compiled: &CompiledPolicy,
    message: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: the server's send is live: `this` holds it.
    unsafe {
        let kind = item(message, compiled.names.kind.as_ptr())?;
        let start = compiled.names.response_start.as_ptr();
        if !is_text(kind.as_ptr(), start, b"http.response.start")? {
            return call_one(compiled.names, this.send, message);
        }
        if !this.question.is_null() {
            cold_path();
            return ask(this, compiled, message);
        }
        let decided = Decided {
            kind: this.kind,
            policy: this.policy,
            request: this.request,
            asked: ptr::null_mut(),
        };
        start_with(this, compiled, message, decided)
    }
}

/// Sends the start of a response with the CORS headers of a verdict.
///
/// # Safety
/// As for [`call`].
#[inline(always)]
unsafe fn start_with(
    this: &Send,
    compiled: &CompiledPolicy,
    message: *mut ffi::PyObject,
    decided: Decided,
) -> Result<Owned, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        let changed = with_headers(decided, compiled, message)?;
        call_one(compiled.names, this.send, changed.as_ptr())
    }
}

/// Asks `is_allowed_origin` of the subclass, and sends the start of the response.
///
/// # Safety
/// As for [`call`]; `this` has a question and an Origin.
#[inline(never)]
unsafe fn ask(
    this: &Send,
    compiled: &CompiledPolicy,
    message: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: live objects: `this` holds the question and the Origin.
    unsafe { question_of(this).ask(compiled, ptr::from_ref(this).cast_mut().cast(), message) }
}

/// Sends the start of the response when the subclass has said whether the Origin is allowed.
///
/// # Safety
/// As for [`ask`].
unsafe fn start_asked(
    this: &Send,
    compiled: &CompiledPolicy,
    message: *mut ffi::PyObject,
    allowed: bool,
) -> Result<Owned, Raised> {
    // SAFETY: as for `ask`.
    unsafe {
        let decided = question_of(this).decided(allowed)?;
        start_with(this, compiled, message, decided)
    }
}

/// # Safety
/// As for [`ask`].
unsafe fn question_of(this: &Send) -> Question<'_> {
    // SAFETY: as for `ask`.
    unsafe { Question::new(this.question, this.request, this.policy, &this.reported) }
}

/// `Send._fastcors_decided(allowed, message)`: the rest of a call that waited for the verdict.
unsafe extern "C" fn decided(
    slf: *mut ffi::PyObject,
    args: *mut *mut ffi::PyObject,
    nargs: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with a `Send` and as many arguments as it says.
    object(|| unsafe {
        let this = &*slf.cast::<Send>();
        let &[allowed, message] = arguments(args, nargs) else {
            return attached(|_| Err(PyTypeError::new_err("a verdict and a message are needed")));
        };
        if this.send.is_null() || this.policy.is_null() || this.question.is_null() {
            return thrown_away();
        }
        let compiled = compiled(this.policy);
        let sent = start_asked(this, compiled, message, allowed == ffi::Py_True());
        deferred(compiled.names, sent)
    })
}

/// The message of `send(message=…)`.
///
/// # Safety
/// The arguments are as vectorcall lays them out.
#[cold]
unsafe fn keyword_message(
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    kwnames: *mut ffi::PyObject,
) -> Result<*mut ffi::PyObject, Raised> {
    // SAFETY: there are as many arguments as the count and the names say.
    unsafe {
        let positional = ffi::PyVectorcall_NARGS(nargsf);
        let named = if kwnames.is_null() { 0 } else { ffi::Py_SIZE(kwnames) };
        if positional == 0
            && named == 1
            && is_text(ffi::PyTuple_GET_ITEM(kwnames, 0), ptr::null_mut(), b"message")?
        {
            return Ok(*args);
        }
        attached(|_| {
            let given = positional + named;
            Err(PyTypeError::new_err(format!("send() takes one argument, message, not {given}")))
        })
    }
}

unsafe extern "C" fn dealloc(slf: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with a `Send` that nobody refers to.
    unraisable(|| unsafe {
        ffi::PyObject_GC_UnTrack(slf.cast());
        let object_type = ffi::Py_TYPE(slf);
        drop_fields(slf);
        free(slf.cast());
        ffi::Py_DECREF(object_type.cast());
    });
}

unsafe extern "C" fn traverse(
    slf: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: Python calls this with a `Send`; the visitor takes live objects.
    guard::traverse(|| unsafe {
        let this = slf.cast::<Send>();
        types::visit_all(
            &[
                ffi::Py_TYPE(slf).cast(),
                (*this).send,
                (*this).policy,
                (*this).request,
                (*this).question,
            ],
            visit,
            arg,
        )
    })
}

unsafe extern "C" fn clear(slf: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls this with a `Send`.
    unraisable(|| unsafe { drop_fields(slf) });
    0
}

/// # Safety
/// `slf` is a `Send`, and the thread is attached.
#[inline]
unsafe fn drop_fields(slf: *mut ffi::PyObject) {
    // SAFETY: as the caller vouches.
    unsafe {
        let this = slf.cast::<Send>();
        drop_link(&raw mut (*this).send);
        types::clear_all(&[
            &raw mut (*this).policy,
            &raw mut (*this).request,
            &raw mut (*this).question,
        ]);
    }
}

fn make_type(py: Python<'_>) -> PyResult<Py<PyType>> {
    static mut MEMBERS: [ffi::PyMemberDef; 2] =
        [vectorcall_offset(offset_of!(Send, vectorcall)), no_member()];
    static mut ATTRIBUTES: [ffi::PyGetSetDef; 6] = [
        send_attribute(c"__name__"),
        send_attribute(c"__code__"),
        send_attribute(c"__defaults__"),
        send_attribute(c"__kwdefaults__"),
        send_attribute(c"__annotations__"),
        no_attribute(),
    ];
    static mut METHODS: [ffi::PyMethodDef; 2] = [
        fast_method(
            c"_fastcors_decided",
            decided,
            c"Send the start of the response when the verdict is there.",
        ),
        ffi::PyMethodDef::zeroed(),
    ];
    let mut slots = [
        slot(ffi::Py_tp_call, ffi::PyVectorcall_Call as *mut c_void),
        slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
        slot(ffi::Py_tp_traverse, traverse as *mut c_void),
        slot(ffi::Py_tp_clear, clear as *mut c_void),
        slot(ffi::Py_tp_members, (&raw mut MEMBERS).cast()),
        slot(ffi::Py_tp_getset, (&raw mut ATTRIBUTES).cast()),
        slot(ffi::Py_tp_methods, (&raw mut METHODS).cast()),
        slot(0, ptr::null_mut()),
    ];
    let flags = ffi::Py_TPFLAGS_HAVE_VECTORCALL | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION;
    // SAFETY: the slots fit their functions and end with a zero; `Send` begins with its head.
    let made = unsafe { types::make::<Send>(py, c"fastcors._fastcors.Send", flags, &mut slots)? };
    make_immortal(made.as_any());
    Ok(made.unbind())
}
