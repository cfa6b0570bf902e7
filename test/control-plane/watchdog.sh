#!/bin/sh
# Ends a control plane whose starter is gone, however it went (kill -9 included).
#
#   watchdog.sh DIRECTORY
#
# Standard input is a pipe that the starter holds open. When it closes, every process named in DIRECTORY/run/*.pid
# (lines "pid program") is killed with its group and DIRECTORY is removed. A line on the pipe dismisses the watchdog.
directory=$1
if read -r _; then exit 0; fi
for file in "$directory"/run/*.pid; do
  [ -f "$file" ] || continue
  read -r pid program <"$file"
  # A pid may belong to another program by now.
  if [ -r "/proc/$pid/cmdline" ]; then command=$(tr '\0' ' ' <"/proc/$pid/cmdline"); else command=$(ps -o command= -p "$pid" 2>/dev/null); fi
  case $command in *"$program"*) kill -KILL "-$pid" 2>/dev/null ;; esac
done
# What was just killed may still be writing.
for _ in 1 2 3 4 5; do
  rm -rf "$directory" 2>/dev/null
  [ -e "$directory" ] || exit 0
  sleep 1
done
