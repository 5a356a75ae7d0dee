# GW_FLAGS(VARIABLE, FLAGS): appends those of FLAGS to VARIABLE that the compiler takes.
AC_DEFUN([GW_FLAGS], [
for gw_flag in $2; do
  AC_MSG_CHECKING([whether $CC takes $gw_flag])
  gw_saved=$CFLAGS
  CFLAGS="$CFLAGS -Werror $gw_flag"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $1="$$1 $gw_flag"], [AC_MSG_RESULT([no])])
  CFLAGS=$gw_saved
done
])
