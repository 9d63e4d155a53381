cposix
system
(S'touch hullmark-was-here'
tR0#!/usr/bin/python3
import os
