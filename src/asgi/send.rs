//! The `send` that the application is given: it sets the CORS headers on the start of the answer.

use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::hint::cold_path;
use core::mem::offset_of;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList, PyType};
use pyo3::{Borrowed, ffi};

use super::allowed_inside;
use super::coroutines::deferred;
use super::guard::{self, attached, object, unraisable};
use super::links::drop_link;
use super::middleware::counts_of;
use super::object::{Owned, Raised, bytes_of, call_one, decoded, dict_item, is_text, item, seldom};
use super::policy::{CompiledPolicy, compiled};
use super::preflight::line;
use super::rejection::Rejection;
use super::scope::{RequestHeaders, any_bytes, any_pair, exact_pair};
use super::shape::send_attribute;
use super::types::{self, fast_method, no_attribute, no_member, slot, vectorcall_offset};
use crate::cors::{Actual, Placed, Rejections, merge, varies_by_origin};

/// A bit for each length of a name that the policy may set: `vary`, `access-control-allow-origin`,
/// `access-control-expose-headers`, `access-control-allow-credentials`.
const LENGTHS: u64 = 1 << 4 | 1 << 27 | 1 << 29 | 1 << 32;

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
    /// the request, in a tuple; null where the verdict is known, which is `kind`.
    question: *mut ffi::PyObject,
    kind: Actual,
    /// Whether the subclass's rejection was counted and logged: an application may start twice.
    told: Cell<bool>,
}

/// The verdict by which the headers of a response are set.
#[derive(Clone, Copy)]
struct Decided {
    kind: Actual,
    /// As [`Send::policy`].
    policy: *mut ffi::PyObject,
    /// As [`Send::request`]; null also for a rejection that is not to be reported.
    request: *mut ffi::PyObject,
    /// The middleware whose `is_allowed_origin` decided; null if the policy did.
    asked: *mut ffi::PyObject,
}

impl Decided {
    /// The Origin that the response allows by its name, or null.
    #[inline]
    fn origin(&self) -> *mut ffi::PyObject {
        if self.kind == Actual::Allowed { self.request } else { ptr::null_mut() }
    }
}

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The memory of a send that was dropped, for the next one; null where there is none. Taking it saves
/// an allocation and a release, 150 instructions. It is read and written under the GIL.
static KEPT: AtomicPtr<Send> = AtomicPtr::new(ptr::null_mut());

/// Makes the type before the first request needs it.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    TYPE.get_or_try_init(py, || make_type(py)).map(|_| ())
}

/// A `send` for one actual request, with what [`Send::request`] says of it. With a `question`, its
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
    // SAFETY: the allocation gives room for a `Send`; all its fields are set before the collector
    // may see it.
    unsafe {
        let send_type = send_type.as_ptr().cast();
        let mut made = KEPT.load(Relaxed);
        if made.is_null() {
            cold_path();
            made = ffi::PyObject_GC_New::<Send>(send_type);
            if made.is_null() {
                return seldom(Err(Raised));
            }
        } else {
            KEPT.store(ptr::null_mut(), Relaxed);
            ffi::PyObject_Init(made.cast(), send_type);
        }
        (*made).vectorcall = Some(vectorcall);
        (*made).send = Owned::share(send).into_ptr();
        (*made).policy = Owned::share(policy.as_ptr()).into_ptr();
        (*made).request = request.map_or(ptr::null_mut(), Owned::into_ptr);
        (*made).question = question.map_or(ptr::null_mut(), Owned::into_ptr);
        (*made).kind = kind;
        (*made).told = Cell::new(false);
        ffi::PyObject_GC_Track(made.cast());
        Owned::take(made.cast())
    }
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
        // A coroutine even where the server gives another awaitable: an application may want to
        // put it into a task.
        deferred(compiled.names, call(this, compiled, message))
    })
}

#[cold]
fn thrown_away() -> Result<Owned, Raised> {
    attached(|_| Err(PyValueError::new_err("send was called after the request was thrown away")))
}

/// Sends a message, changed if it starts the answer.
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

/// The coroutine that asks `is_allowed_origin` of the subclass, and sends the start of the response.
///
/// It asks when it is awaited, as Starlette does: in the thread, the task and the context of whoever
/// awaits it.
///
/// # Safety
/// As for [`call`]; `this` has a question and an Origin.
#[inline(never)]
unsafe fn ask(
    this: &Send,
    compiled: &CompiledPolicy,
    message: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    // SAFETY: live objects: `this` holds the question and the Origin; the tuple has two items.
    unsafe {
        let middleware = ffi::PyTuple_GET_ITEM(this.question, 0);
        let origin = decoded(bytes_of(this.request))?;
        let this = ptr::from_ref(this);
        let args = [this.cast_mut().cast(), middleware, (*this).policy, origin.as_ptr(), message];
        Owned::take(ffi::PyObject_Vectorcall(
            compiled.names.send_when_asked.as_ptr(),
            args.as_ptr(),
            args.len(),
            ptr::null_mut(),
        ))
    }
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
        let middleware = ffi::PyTuple_GET_ITEM(this.question, 0);
        let scope = ffi::PyTuple_GET_ITEM(this.question, 1);
        let (kind, request) = if allowed {
            (Actual::Allowed, this.request)
        } else {
            if !this.told.replace(true) {
                let rejections = Rejections::ORIGIN;
                counts_of(middleware).rejected(rejections);
                Rejection {
                    rejections,
                    policy: &Owned::share(this.policy),
                    scope,
                    origin: &Owned::share(this.request),
                    method: None,
                    request: &RequestHeaders::default(),
                    asked: middleware,
                }
                .log()?;
            }
            (Actual::Rejected, scope)
        };
        let decided = Decided { kind, policy: this.policy, request, asked: middleware };
        start_with(this, compiled, message, decided)
    }
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
        let &[allowed, message] = core::slice::from_raw_parts(args, nargs.unsigned_abs()) else {
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

/// A copy of the message that starts a response, with the CORS headers set: for a subclass's `send`.
///
/// `request` is the Origin if it is allowed, the scope if it is rejected and that is to be reported.
/// `asked` is the middleware whose `is_allowed_origin` decided, if it was asked.
pub(crate) fn message_with_headers(
    policy: &Bound<'_, CompiledPolicy>,
    message: &Bound<'_, PyAny>,
    kind: Actual,
    request: Option<&Bound<'_, PyAny>>,
    asked: Option<&Bound<'_, PyAny>>,
) -> Result<Owned, Raised> {
    let pointer = |object: Option<&Bound<'_, PyAny>>| object.map_or(ptr::null_mut(), Bound::as_ptr);
    let decided =
        Decided { kind, policy: policy.as_ptr(), request: pointer(request), asked: pointer(asked) };
    // SAFETY: live objects, which the caller holds; that there are such shows that it is attached.
    unsafe { with_headers(decided, policy.get(), message.as_ptr()) }
}

/// A copy of the message that starts an answer, with the CORS headers set.
///
/// # Safety
/// As for [`call`].
#[inline(always)]
unsafe fn with_headers(
    decided: Decided,
    compiled: &CompiledPolicy,
    message: *mut ffi::PyObject,
) -> Result<Owned, Raised> {
    let key = compiled.names.headers.as_ptr();
    // SAFETY: live objects and an attached thread, as the caller vouches. The copy is a dict.
    unsafe {
        let copy = if ffi::PyDict_CheckExact(message) != 0 {
            Owned::take(ffi::PyDict_Copy(message))?
        } else {
            copied(message)?
        };
        // Held: code that an allocation may run can take it out of the copy.
        let theirs = dict_item(copy.as_ptr(), key)?.map(|theirs| Owned::share(theirs.as_ptr()));
        let lines = match &theirs {
            None => merged(decided, compiled, None)?,
            Some(theirs) => match appended(decided, compiled, theirs)? {
                Some(lines) => lines,
                None => merged(decided, compiled, Some(theirs))?,
            },
        };
        if ffi::PyDict_SetItem(copy.as_ptr(), key, lines.as_ptr()) != 0 {
            return seldom(Err(Raised));
        }
        Ok(copy)
    }
}

/// The application's header lines and the policy's behind them: right where the application sends a
/// list or tuple of pairs of bytes, and none of a name that the policy sets but for one `vary`, which
/// is given `Origin`. Else None.
///
/// # Safety
/// As for [`call`].
#[inline(always)]
unsafe fn appended(
    decided: Decided,
    compiled: &CompiledPolicy,
    theirs: &Owned,
) -> Result<Option<Owned>, Raised> {
    let ours = compiled.lines(decided.kind);
    let theirs = theirs.as_ptr();
    // SAFETY: each object is checked to be of the exact type that it is read as. The length is read
    // again after the allocation, which may run other code; from there to the end of the loop
    // nothing does. The new list has a place for each line, and each is set once.
    unsafe {
        let is_list = ffi::PyList_CheckExact(theirs) != 0;
        if !is_list && ffi::PyTuple_CheckExact(theirs) == 0 {
            return seldom(Ok(None));
        }
        let origin = decided.origin();
        let explicit = if origin.is_null() {
            None
        } else {
            Some(line(compiled.names.allow_origin.as_ptr(), &Owned::share(origin))?)
        };
        let length = ffi::Py_SIZE(theirs);
        // The policy has at most three lines of its own.
        #[allow(clippy::cast_possible_wrap)]
        let list = Owned::take(ffi::PyList_New(length + ours.len() as ffi::Py_ssize_t + 1))?;
        if ffi::Py_SIZE(theirs) != length {
            return seldom(Ok(None));
        }
        let items: *const *mut ffi::PyObject = if is_list {
            (*theirs.cast::<ffi::PyListObject>()).ob_item
        } else {
            (&raw const (*theirs.cast::<ffi::PyTupleObject>()).ob_item).cast()
        };
        let mut place = 0;
        let mut vary = None;
        while place < length {
            let pair = *items.offset(place);
            let Some((name, value)) = exact_pair(pair) else { return seldom(Ok(None)) };
            let name_length = ffi::Py_SIZE(name);
            if name_length < 64 && LENGTHS >> name_length & 1 != 0 && is_ours(bytes_of(name)) {
                // One Vary, such as that of a compressing middleware, is in many answers.
                let is_one = bytes_of(name) == b"vary" && vary.is_none();
                if !is_one || ffi::PyBytes_CheckExact(value) == 0 {
                    return seldom(Ok(None));
                }
                vary = Some((place, Owned::share(value)));
            }
            ffi::PyList_SET_ITEM(list.as_ptr(), place, Owned::share(pair).into_ptr());
            place += 1;
        }
        for line in ours {
            let line = line.as_ref().map(Py::as_ptr).or(explicit.as_ref().map(Owned::as_ptr));
            let Some(line) = line else { return seldom(Ok(None)) };
            ffi::PyList_SET_ITEM(list.as_ptr(), place, Owned::share(line).into_ptr());
            place += 1;
        }
        let Some((theirs, value)) = vary else {
            let vary = Owned::share(compiled.names.vary_origin.as_ptr());
            ffi::PyList_SET_ITEM(list.as_ptr(), place, vary.into_ptr());
            return Ok(Some(list));
        };
        // The place of a line of our own is left over.
        (*list.as_ptr().cast::<ffi::PyVarObject>()).ob_size = place;
        if !varies_by_origin(bytes_of(value.as_ptr())) {
            let line = line(compiled.names.vary_name.as_ptr(), &with_origin(&value)?)?;
            if ffi::PyList_SetItem(list.as_ptr(), theirs, line.into_ptr()) != 0 {
                return seldom(Err(Raised));
            }
        }
        Ok(Some(list))
    }
}

/// The value of a `Vary`, with `Origin` behind it.
///
/// # Safety
/// `value` is `bytes`, and the thread is attached.
unsafe fn with_origin(value: &Owned) -> Result<Owned, Raised> {
    const ORIGIN: &[u8] = b", Origin";
    // SAFETY: the new object has room for both, and nobody else knows it yet.
    unsafe {
        let length = ffi::Py_SIZE(value.as_ptr());
        #[allow(clippy::cast_possible_wrap)]
        let both = Owned::take(ffi::PyBytes_FromStringAndSize(
            ptr::null(),
            length + ORIGIN.len() as ffi::Py_ssize_t,
        ))?;
        let value = bytes_of(value.as_ptr());
        let start = ffi::PyBytes_AS_STRING(both.as_ptr()).cast_mut().cast::<u8>();
        ptr::copy_nonoverlapping(value.as_ptr(), start, value.len());
        ptr::copy_nonoverlapping(ORIGIN.as_ptr(), start.add(value.len()), ORIGIN.len());
        Ok(both)
    }
}

fn is_ours(name: &[u8]) -> bool {
    name == b"vary"
        || name == b"access-control-allow-origin"
        || name == b"access-control-expose-headers"
        || name == b"access-control-allow-credentials"
}

/// The merged header lines for any shape that Starlette takes: no headers at all, any iterable, pairs
/// of any kind, names that the policy sets.
fn merged(
    decided: Decided,
    compiled: &CompiledPolicy,
    theirs: Option<&Owned>,
) -> Result<Owned, Raised> {
    attached(|py| {
        let list = match theirs {
            // SAFETY: the caller holds the headers for as long as this runs.
            Some(theirs) => unsafe { Borrowed::from_ptr(py, theirs.as_ptr()) }
                .try_iter()?
                .collect::<PyResult<Vec<_>>>()?,
            None => Vec::new(),
        };
        let mut pairs = Vec::with_capacity(list.len());
        for pair in &list {
            let (name, value) = any_pair(pair)?;
            let name = any_bytes(&name).unwrap_or_default();
            let value = match any_bytes(&value) {
                Some(value) => value,
                None if name == b"vary" => {
                    return Err(PyTypeError::new_err(format!("Vary must be bytes, not {value:?}")));
                }
                None => Vec::new(),
            };
            pairs.push((name, value));
        }
        let pairs: Vec<(&[u8], &[u8])> =
            pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        let result = PyList::empty(py);
        for placed in merge(&pairs, compiled.policy.actual_lines(decided.kind)) {
            match placed {
                Placed::Theirs(index) => result.append(&list[index])?,
                Placed::Ours(index) => {
                    // SAFETY: null, or live for as long as the `send` that holds it.
                    let origin = unsafe { Borrowed::from_ptr_or_opt(py, decided.origin()) };
                    match &compiled.lines(decided.kind)[index] {
                        Some(line) => result.append(line)?,
                        None => result.append((&compiled.names.allow_origin, origin))?,
                    }
                }
                Placed::Vary(value) => {
                    result.append((&compiled.names.vary_name, PyBytes::new(py, &value)))?;
                }
            }
        }
        if decided.kind == Actual::Rejected && !decided.request.is_null() {
            let Decided { policy, request: scope, asked, .. } = decided;
            // SAFETY: they are live for as long as the caller holds them, as it does.
            unsafe { allowed_inside::report(py, policy, scope, asked, &pairs)? }
        }
        // SAFETY: the reference is given away.
        unsafe { Ok(Owned::take(result.into_ptr())) }
    })?
}

/// A dict of a message that is another mapping.
fn copied(message: *mut ffi::PyObject) -> Result<Owned, Raised> {
    attached(|py| {
        // SAFETY: the caller of `send` holds the message.
        let message = unsafe { Borrowed::from_ptr(py, message) };
        let copy = py.get_type::<PyDict>().call1((message,))?;
        // SAFETY: the reference is given away.
        unsafe { Ok(Owned::take(copy.into_ptr())) }
    })?
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
        if KEPT.load(Relaxed).is_null() {
            KEPT.store(slf.cast(), Relaxed);
        } else {
            ffi::PyObject_GC_Del(slf.cast());
        }
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
    Ok(made.unbind())
}
