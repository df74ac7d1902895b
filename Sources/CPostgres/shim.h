// libpq's types, and a table of those of its functions that the queue calls. The program isn't linked with libpq, which
// brings in OpenSSL, LDAP and Kerberos: only a collector that keeps its queue in PostgreSQL loads it.
#pragma once
#include <dlfcn.h>
#include <stddef.h>
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif

#define LIBPQ_FUNCTIONS(EACH) \
    EACH(PQbackendPID) \
    EACH(PQclear) \
    EACH(PQcmdStatus) \
    EACH(PQcmdTuples) \
    EACH(PQconnectdbParams) \
    EACH(PQconnectionNeedsPassword) \
    EACH(PQconsumeInput) \
    EACH(PQerrorMessage) \
    EACH(PQfinish) \
    EACH(PQflush) \
    EACH(PQgetisnull) \
    EACH(PQgetlength) \
    EACH(PQgetResult) \
    EACH(PQgetvalue) \
    EACH(PQisBusy) \
    EACH(PQntuples) \
    EACH(PQresultErrorField) \
    EACH(PQresultStatus) \
    EACH(PQsendPrepare) \
    EACH(PQsendQuery) \
    EACH(PQsendQueryPrepared) \
    EACH(PQserverVersion) \
    EACH(PQsetErrorVerbosity) \
    EACH(PQsetnonblocking) \
    EACH(PQsetNoticeReceiver) \
    EACH(PQsocket) \
    EACH(PQstatus)

/// Each member has the name and, by the header, the type of the function that it points to.
struct __attribute__((swift_name("LibpqFunctions"))) libpq_functions {
#define MEMBER(name) __typeof__(&name) _Nonnull name;
    LIBPQ_FUNCTIONS(MEMBER)
#undef MEMBER
};

/// Loads the file, for as long as the process lives, and fills the table. False when it isn't there or lacks a function:
/// then `dlerror()` says what is wrong, and nothing in the table is to be used.
static inline _Bool libpq_load(const char *_Nonnull file, struct libpq_functions *_Nonnull table) {
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) { return 0; }
#define LOOK_UP(name) \
    void *name##_address = dlsym(library, #name); \
    if (name##_address == NULL) { return 0; } \
    table->name = (__typeof__(&name))name##_address;
    LIBPQ_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
    return 1;
}
