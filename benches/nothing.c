/* A middleware that does nothing but call the application: what the interpreter itself takes for one. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>

typedef struct {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    PyObject *app;
} Nothing;

static PyObject *call(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames) {
    return PyObject_Vectorcall(((Nothing *)self)->app, args, PyVectorcall_NARGS(nargsf), kwnames);
}

static PyObject *make(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *app;
    if (!PyArg_ParseTuple(args, "O", &app)) return NULL;
    Nothing *made = (Nothing *)type->tp_alloc(type, 0);
    if (made == NULL) return NULL;
    made->vectorcall = call;
    made->app = Py_NewRef(app);
    return (PyObject *)made;
}

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "nothing.Nothing",
    .tp_basicsize = sizeof(Nothing),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(Nothing, vectorcall),
    .tp_call = PyVectorcall_Call,
    .tp_new = make,
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "nothing", .m_size = -1};

PyMODINIT_FUNC PyInit_nothing(void) {
    PyObject *made = PyModule_Create(&module);
    if (made == NULL || PyModule_AddType(made, &type) < 0) return NULL;
#ifdef Py_GIL_DISABLED
    PyUnstable_Module_SetGIL(made, Py_MOD_GIL_NOT_USED);
#endif
    return made;
}
