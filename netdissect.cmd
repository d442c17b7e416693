@echo off
rem Builds netdissect if nothing is built yet, then runs it.
setlocal
set "root=%~dp0"
set "home=%root%app\target\distribution\netdissect"
if not exist "%home%\bin\netdissect.cmd" (
  echo netdissect: building, once; this takes a minute or two... 1>&2
  pushd "%root%"
  set "MAVEN_OPTS=-XX:TieredStopAtLevel=1 %MAVEN_OPTS%"
  call mvn -B -q -T2 -pl app -am -DskipTests -Dspotless.check.skip=true package 1>&2 || exit /b 1
  popd
)
call "%home%\bin\netdissect.cmd" %*
exit /b %errorlevel%
