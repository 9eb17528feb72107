/*
** SQLite for WebAssembly: the amalgamation of the crate sqlite-wasm-rs without the parts that the engine never uses.
** .cargo/config.toml names this folder to the crate's build, which compiles this file in place of its own.
**
** A part that SQL text can ask for is cut twice. SQLITE_OMIT_... removes its code. The parser is generated with all
** parts in and still calls that code, so its keywords reach the parser as plain names: "CREATE VIEW" is a syntax error,
** as it is where the parser was generated without views. What the rules of those keywords call exists below and is
** never called. Parts that need none of this are left out by SQLITE_WASM_RS_FLAGS.
*/

#define SQLITE_OMIT_ALTERTABLE
#define SQLITE_OMIT_ANALYZE
#define SQLITE_OMIT_REINDEX
#define SQLITE_OMIT_VACUUM
#define SQLITE_OMIT_VIEW
#define SQLITE_OMIT_VIRTUALTABLE
#define SQLITE_OMIT_WINDOWFUNC

/* The second argument of the parser is an `int` where it is declared and `tokenType` where it is called. */
#define sqlite3Parser(state, token, text) sqlite3Parser(state, PARSED_##token, text)
#define PARSED_int int
#define PARSED_tokenType known(tokenType)
static int known(int token);

/* Window functions are not even declared. The type of this member does not matter: no text reaches its assignment. */
#pragma clang diagnostic ignored "-Wincompatible-pointer-types"
#define pWinDefn pNext
#define sqlite3WindowAlloc(...) 0
#define sqlite3WindowAssemble(...) 0
#define sqlite3WindowChain(...) ((void)0)
#define sqlite3WindowListDelete(...) ((void)0)

/*
** The functions of SQL stand in one table, in a function that is declared and defined with `void` and called without:
** under its own name it has the table below, and the whole one is never called.
*/
#define sqlite3RegisterBuiltinFunctions(none) REGISTER_##none
#define REGISTER_void registerAllFunctions(void)
#define REGISTER_ registerFunctions()
static void registerFunctions(void);

/* Found from the crate's folder `shim`, which the crate's build includes from. */
#include "../sqlite3/sqlite3.c"

/* A token as the parser is to know it: what belongs to a part that is left out is a name like any other. */
static int known(int token){
  switch( token ){
    case TK_ALTER:
    case TK_ANALYZE:
    case TK_FILTER:
    case TK_OVER:
    case TK_REINDEX:
    case TK_VACUUM:
    case TK_VIEW:
    case TK_VIRTUAL:
    case TK_WINDOW:
      return TK_ID;
  }
  return token;
}

/* What SQL may call. Another function is a line here, as SQLite's own table has it, without what windows need of it. */
static void registerFunctions(void){
  static FuncDef functions[] = {
    FUNCTION(min, -3, 0, 1, minmaxFunc),
    WAGGREGATE(min, 1, 0, 1, minmaxStep, minMaxFinalize, 0, 0, SQLITE_FUNC_MINMAX|SQLITE_FUNC_ANYORDER),
    FUNCTION(max, -3, 1, 1, minmaxFunc),
    WAGGREGATE(max, 1, 1, 1, minmaxStep, minMaxFinalize, 0, 0, SQLITE_FUNC_MINMAX|SQLITE_FUNC_ANYORDER),
    FUNCTION2(typeof, 1, 0, 0, typeofFunc, SQLITE_FUNC_TYPEOF),
    FUNCTION2(length, 1, 0, 0, lengthFunc, SQLITE_FUNC_LENGTH),
    FUNCTION2(octet_length, 1, 0, 0, bytelengthFunc, SQLITE_FUNC_BYTELEN),
    FUNCTION(abs, 1, 0, 0, absFunc),
    FUNCTION(nullif, 2, 0, 1, nullifFunc),
    VFUNCTION(last_insert_rowid, 0, 0, 0, last_insert_rowid),
    VFUNCTION(changes, 0, 0, 0, changes),
    VFUNCTION(total_changes, 0, 0, 0, total_changes),
    DFUNCTION(sqlite_version, 0, 0, 0, versionFunc),
    FUNCTION(zeroblob, 1, 0, 0, zeroblobFunc),
    FUNCTION(substr, 2, 0, 0, substrFunc),
    FUNCTION(substr, 3, 0, 0, substrFunc),
    WAGGREGATE(sum, 1, 0, 0, sumStep, sumFinalize, 0, 0, 0),
    WAGGREGATE(count, 0, 0, 0, countStep, countFinalize, 0, 0, SQLITE_FUNC_COUNT|SQLITE_FUNC_ANYORDER),
    WAGGREGATE(count, 1, 0, 0, countStep, countFinalize, 0, 0, SQLITE_FUNC_ANYORDER),
    LIKEFUNC(glob, 2, &globInfo, SQLITE_FUNC_LIKE|SQLITE_FUNC_CASE),
    LIKEFUNC(like, 2, &likeInfoNorm, SQLITE_FUNC_LIKE),
    LIKEFUNC(like, 3, &likeInfoNorm, SQLITE_FUNC_LIKE),
    INLINE_FUNC(ifnull, 2, INLINEFUNC_coalesce, 0),
    INLINE_FUNC(coalesce, -4, INLINEFUNC_coalesce, 0),
    INLINE_FUNC(iif, -4, INLINEFUNC_iif, 0),
  };
  sqlite3InsertBuiltinFuncs(functions, ArraySize(functions));
}

/* What only the rules of those keywords call. */
SQLITE_PRIVATE void sqlite3AlterAddConstraint(
  Parse *p, SrcList *t, Token *a, Token *b, const char *c, int n, Expr *e){}
SQLITE_PRIVATE void sqlite3AlterBeginAddColumn(Parse *p, SrcList *t){}
SQLITE_PRIVATE void sqlite3AlterDropColumn(Parse *p, SrcList *t, const Token *c){}
SQLITE_PRIVATE void sqlite3AlterDropConstraint(Parse *p, SrcList *t, Token *a, Token *b){}
SQLITE_PRIVATE void sqlite3AlterFinishAddColumn(Parse *p, Token *c){}
SQLITE_PRIVATE void sqlite3AlterRenameColumn(Parse *p, SrcList *t, Token *a, Token *b){}
SQLITE_PRIVATE void sqlite3AlterRenameTable(Parse *p, SrcList *t, Token *a){}
SQLITE_PRIVATE void sqlite3AlterSetNotNull(Parse *p, SrcList *t, Token *a, Token *b){}
SQLITE_PRIVATE void sqlite3Analyze(Parse *p, Token *a, Token *b){}
SQLITE_PRIVATE void sqlite3CreateView(
  Parse *p, Token *b, Token *n, Token *d, ExprList *c, Select *s, int t, int e){}
SQLITE_PRIVATE void sqlite3Reindex(Parse *p, Token *a, Token *b){}
SQLITE_PRIVATE void sqlite3Vacuum(Parse *p, Token *a, Expr *e){}
SQLITE_PRIVATE void sqlite3VtabArgExtend(Parse *p, Token *a){}
SQLITE_PRIVATE void sqlite3VtabArgInit(Parse *p){}
SQLITE_PRIVATE void sqlite3VtabBeginParse(Parse *p, Token *a, Token *b, Token *c, int e){}
SQLITE_PRIVATE void sqlite3VtabFinishParse(Parse *p, Token *a){}

/* Parsing tells these where names stand, for ALTER TABLE alone; it works with nothing done. */
SQLITE_PRIVATE void sqlite3RenameExprUnmap(Parse *p, Expr *e){}
SQLITE_PRIVATE void sqlite3RenameExprlistUnmap(Parse *p, ExprList *e){}
SQLITE_PRIVATE const void *sqlite3RenameTokenMap(Parse *p, const void *at, const Token *t){ return at; }
SQLITE_PRIVATE void sqlite3RenameTokenRemap(Parse *p, const void *to, const void *from){}

/* Left out with VACUUM, and called where a cache is emptied all the same: SQLite's own text. */
SQLITE_PRIVATE void sqlite3PagerClearCache(Pager *pPager){
  if( pPager->tempFile==0 ) pager_reset(pPager);
}

/*
** What the linker takes in place of the crate's own: .cargo/config.toml names each to it as --wrap.
**
** The file system that SQLite starts with has no files, only what a database in memory needs. A database in a file
** names the file system that it lies in. The crate's own holds files in memory, which the engine never asks for.
*/
extern size_t rust_sqlite_wasm_host_random(unsigned char *bytes, size_t length);

static int noOpen(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out){
  return SQLITE_CANTOPEN;
}
static int noDelete(sqlite3_vfs *vfs, const char *name, int sync){
  return SQLITE_IOERR_DELETE_NOENT;
}
static int noAccess(sqlite3_vfs *vfs, const char *name, int flags, int *out){
  *out = 0;
  return SQLITE_OK;
}
static int sameName(sqlite3_vfs *vfs, const char *name, int length, char *out){
  sqlite3_snprintf(length, out, "%s", name);
  return SQLITE_OK;
}
static int randomBytes(sqlite3_vfs *vfs, int length, char *out){
  return (int)rust_sqlite_wasm_host_random((unsigned char*)out, (size_t)length);
}
static int noSleep(sqlite3_vfs *vfs, int microseconds){
  return 0;
}
static int noTime(sqlite3_vfs *vfs, double *out){
  *out = 0;
  return SQLITE_ERROR;
}
static int noError(sqlite3_vfs *vfs, int length, char *out){
  return 0;
}

int __wrap_sqlite3_os_init(void){
  static sqlite3_vfs none = {
    .iVersion = 1, .szOsFile = sizeof(sqlite3_file), .mxPathname = 1024, .zName = "none",
    .xOpen = noOpen, .xDelete = noDelete, .xAccess = noAccess, .xFullPathname = sameName,
    .xRandomness = randomBytes, .xSleep = noSleep, .xCurrentTime = noTime, .xGetLastError = noError,
  };
  return sqlite3_vfs_register(&none, 1);
}
int __wrap_sqlite3_os_end(void){
  return SQLITE_OK;
}

/* Without the functions of dates nothing asks for the local time. */
void *__wrap_rust_sqlite_wasm_localtime(const sqlite3_int64 *time){
  return 0;
}
/* SQLite sleeps while another connection holds the database, and the engine's is the only one. */
void __wrap_rust_sqlite_wasm_host_sleep(sqlite3_uint64 seconds, unsigned nanoseconds){}
