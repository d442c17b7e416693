@echo off
rem Builds netdissect if nothing is built yet, then runs it.
setlocal
set "root=%~dp0"
set "home=%root%app\target\distribution\netdissect"
if not exist "%home%\bin\netdissect.cmd" (
  echo netdissect: building, once... 1>&2
  pushd "%root%"
  call mvn -B -q -DskipTests package 1>&2 || exit /b 1
  popd
)
call "%home%\bin\netdissect.cmd" %*
exit /b %errorlevel%
