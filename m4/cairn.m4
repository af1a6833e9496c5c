# CAIRN_FLAG(VARIABLE, FLAG): add FLAG to VARIABLE if the compiler takes it.
AC_DEFUN([CAIRN_FLAG], [
  AC_MSG_CHECKING([whether $CC takes $2])
  cairn_saved_cflags=$CFLAGS
  CFLAGS="$CFLAGS -Werror $2"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[]], [[]])],
    [AC_MSG_RESULT([yes]); $1="$$1 $2"], [AC_MSG_RESULT([no])])
  CFLAGS=$cairn_saved_cflags
])

AC_DEFUN([CAIRN_WARNINGS], [
  WARN_CFLAGS=
  m4_foreach_w([cairn_flag], [-std=c17 -Wall -Wextra -Wpedantic -Wvla -Walloca
    -Wundef -Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations
    -Wold-style-definition -Wredundant-decls -Wnested-externs -Wshadow
    -Wconversion -Wsign-conversion -Wdouble-promotion -Warith-conversion
    -Wswitch-enum -Wimplicit-fallthrough -Wformat=2 -Wwrite-strings
    -Wformat-signedness -Wnull-dereference -Wcast-qual -Wcast-align
    -Wpointer-arith -Wduplicated-cond -Wduplicated-branches -Wlogical-op
    -Wstack-usage=8192], [CAIRN_FLAG([WARN_CFLAGS], cairn_flag)])
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [warnings are errors])])
  AS_IF([test "$enable_werror" = yes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
  AC_SUBST([WARN_CFLAGS])
])

AC_DEFUN([CAIRN_HARDENING], [
  HARD_CFLAGS= HARD_LDFLAGS=
  AC_ARG_ENABLE([hardening], [AS_HELP_STRING([--disable-hardening],
    [leave the hardening flags out (sanitizer and fuzz builds)])])
  AS_IF([test "$enable_hardening" != no], [
    m4_foreach_w([cairn_flag], [-fstack-protector-strong
      -fstack-clash-protection -fcf-protection=full -fno-strict-overflow
      -fno-delete-null-pointer-checks -ftrivial-auto-var-init=zero
      -fstrict-flex-arrays=3], [CAIRN_FLAG([HARD_CFLAGS], cairn_flag)])
    CAIRN_FLAG([HARD_CFLAGS], [-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -O2])
    CAIRN_FLAG([HARD_LDFLAGS], [-Wl,-z,relro])
    CAIRN_FLAG([HARD_LDFLAGS], [-Wl,-z,now])
    CAIRN_FLAG([HARD_LDFLAGS], [-Wl,-z,noexecstack])
  ])
  CAIRN_FLAG([HARD_CFLAGS], [-fno-common])
  CAIRN_FLAG([HARD_CFLAGS], [-fvisibility=hidden])
  AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers],
    [build with AddressSanitizer and UndefinedBehaviorSanitizer])])
  AS_IF([test "$enable_sanitizers" = yes], [
    CAIRN_FLAG([HARD_CFLAGS], [-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer])
    AC_DEFINE([CAIRN_DEBUG_ARENA], [1], [arenas are single mallocs, so that AddressSanitizer sees each object])])
  AC_SUBST([HARD_CFLAGS])
  AC_SUBST([HARD_LDFLAGS])
])
