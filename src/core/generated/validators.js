// Made by scripts/generate.ts from schemas/; change those and run `npm run generate`.
"use strict";
export const validateHelmRelease = validate10;
const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://headway.dev/schemas/v1/helmrelease.schema.json","title":"HelmRelease","description":"One Helm release that a stack declares: a chart, its values, and what it waits for.","type":"object","additionalProperties":false,"required":["apiVersion","kind","metadata","spec"],"properties":{"apiVersion":{"const":"headway.dev/v1","type":"string","description":"The version of this format."},"kind":{"const":"HelmRelease","type":"string","description":"What this document declares."},"metadata":{"type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"$ref":"#/$defs/dnsName","description":"The release's name in Headway, and in Helm unless spec.releaseName says otherwise."},"namespace":{"$ref":"#/$defs/namespace","description":"The namespace that the release is installed in. Default: spec.defaults.namespace of headway.yaml; there is no default beyond that."},"labels":{"type":"object","additionalProperties":{"type":"string"},"description":"For your own use; Headway does not read them."},"annotations":{"type":"object","additionalProperties":{"type":"string"},"description":"For your own use; Headway does not read them."}},"description":"Names the release."},"spec":{"type":"object","additionalProperties":false,"required":["chart"],"description":"What is installed and how.","properties":{"chart":{"type":"string","pattern":"^\\.{1,2}(?:/|$)","description":"The chart: a folder, as ./chart or ../charts/orders, relative to the file that declares it and inside the git repository."},"version":{"type":"string","minLength":1,"description":"The versions of the chart that will do, in Helm's range syntax. A folder's version is the one in its Chart.yaml; it has to fit."},"dependsOn":{"type":"array","items":{"type":"string","description":"NAME (same namespace) or NAMESPACE/NAME of another release of the stack."},"description":"Releases that must be healthy before this one starts: NAME (same namespace) or NAMESPACE/NAME."},"phase":{"type":"string","description":"One of spec.phases of headway.yaml: the release waits for every release of the earlier phases. A release without a phase waits for its own dependsOn only."},"values":{"type":["object","null"],"additionalProperties":true,"description":"The chart's values. Helm sees them exactly as `helm -f` would read the same text."},"releaseName":{"$ref":"#/$defs/dnsName","description":"The release's name in Helm. Default: metadata.name."},"createNamespace":{"type":"boolean","description":"Create the namespace if it is absent and no release of the plan brings it. One that exists is never touched. Default true."},"timeout":{"$ref":"#/$defs/duration","description":"How long one attempt may take, from the start of helm until everything is ready, hooks included, queueing not. Default 5m."},"failFast":{"$ref":"#/$defs/failFast"},"onFailure":{"type":"string","enum":["rollback","keep","uninstall"],"description":"What happens when an attempt fails. rollback (default): an upgrade goes back to the last verified revision, a failed first install is kept and tried again. keep: nothing is undone. uninstall: as rollback, but a failed first install is uninstalled. A failed upgrade is never uninstalled."},"retries":{"type":"integer","minimum":0,"maximum":20,"description":"Further attempts of an upgrade before onFailure. Transient causes, as an unreachable cluster, do not count. Default 0."},"waitWith":{"type":"string","enum":["auto","headway","helm"],"description":"Who decides that a release is ready. auto (default): Headway, and Helm's own wait too where the chart has post-install or post-upgrade hooks. headway: Headway alone. helm: Helm's wait too, always."},"crds":{"type":"string","enum":["skip","create","upgrade"],"description":"What happens to the chart's crds/ folder before helm runs. create (default): those that are absent are created. upgrade: those that exist are updated too. skip: nothing."},"fieldConflicts":{"type":"string","enum":["take","fail"],"description":"What happens where somebody else (kubectl scale, an autoscaler) owns a field that the chart sets. take (default): the declaration wins, and each field is named with its manager. fail: the release fails with the same words."},"maxHistory":{"type":"integer","minimum":2,"maximum":1000,"description":"Revisions that Helm keeps; a rollback needs at least two. Default 10."},"suspend":{"type":"boolean","description":"Leave the release alone. Releases that depend on it count it as ready while it is healthy. Default false."}}}},"$defs":{"dnsName":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$","maxLength":53,"description":"A DNS name: lower-case letters, digits, - and ., at most 53 characters (Helm's limit for a release)."},"namespace":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","maxLength":63,"description":"A Kubernetes namespace: lower-case letters, digits and -, at most 63 characters."},"duration":{"type":"string","pattern":"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$","description":"A Go duration, as in 90s, 5m, 1h30m or 500ms; at most 24h."},"failFast":{"type":"object","additionalProperties":false,"title":"FailFast","description":"How long a pod state that looks terminal is tolerated before the release counts as failed, without waiting for the timeout.","properties":{"imagePull":{"$ref":"#/$defs/duration","description":"How long an image may fail to be pulled. Default 60s."},"config":{"$ref":"#/$defs/duration","description":"How long a container may fail to be created, as with a missing Secret or ConfigMap. Default 30s."},"crashLoop":{"type":"object","additionalProperties":false,"description":"How much a container may crash.","properties":{"restarts":{"type":"integer","minimum":1,"maximum":1000,"description":"Restarts that are tolerated. Default 3."},"for":{"$ref":"#/$defs/duration","description":"How long a container may be in CrashLoopBackOff after that many restarts. Default 60s."}}}}}}};
const schema12 = {"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$","maxLength":53,"description":"A DNS name: lower-case letters, digits, - and ., at most 53 characters (Helm's limit for a release)."};
const schema13 = {"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","maxLength":63,"description":"A Kubernetes namespace: lower-case letters, digits and -, at most 63 characters."};
const schema15 = {"type":"string","pattern":"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$","description":"A Go duration, as in 90s, 5m, 1h30m or 500ms; at most 24h."};
const pattern0 = new RegExp("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$", "u");
const pattern1 = new RegExp("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$", "u");
const pattern2 = new RegExp("^\\.{1,2}(?:/|$)", "u");
const pattern4 = new RegExp("^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$", "u");
const func2 = Object.prototype.hasOwnProperty;
const schema16 = {"type":"object","additionalProperties":false,"title":"FailFast","description":"How long a pod state that looks terminal is tolerated before the release counts as failed, without waiting for the timeout.","properties":{"imagePull":{"$ref":"#/$defs/duration","description":"How long an image may fail to be pulled. Default 60s."},"config":{"$ref":"#/$defs/duration","description":"How long a container may fail to be created, as with a missing Secret or ConfigMap. Default 30s."},"crashLoop":{"type":"object","additionalProperties":false,"description":"How much a container may crash.","properties":{"restarts":{"type":"integer","minimum":1,"maximum":1000,"description":"Restarts that are tolerated. Default 3."},"for":{"$ref":"#/$defs/duration","description":"How long a container may be in CrashLoopBackOff after that many restarts. Default 60s."}}}}};

function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "imagePull") || (key0 === "config")) || (key0 === "crashLoop"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema16,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.imagePull !== undefined){
let data0 = data.imagePull;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err1 = {instancePath:instancePath+"/imagePull",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema15,data:data0};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/imagePull",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema15.type,parentSchema:schema15,data:data0};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.config !== undefined){
let data1 = data.config;
if(typeof data1 === "string"){
if(!pattern4.test(data1)){
const err3 = {instancePath:instancePath+"/config",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema15,data:data1};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/config",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema15.type,parentSchema:schema15,data:data1};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.crashLoop !== undefined){
let data2 = data.crashLoop;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
if(!((key1 === "restarts") || (key1 === "for"))){
const err5 = {instancePath:instancePath+"/crashLoop",schemaPath:"#/properties/crashLoop/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema16.properties.crashLoop,data:data2};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data2.restarts !== undefined){
let data3 = data2.restarts;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err6 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema16.properties.crashLoop.properties.restarts.type,parentSchema:schema16.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000 || isNaN(data3)){
const err7 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000",schema:1000,parentSchema:schema16.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data3 < 1 || isNaN(data3)){
const err8 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema16.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
if(data2.for !== undefined){
let data4 = data2.for;
if(typeof data4 === "string"){
if(!pattern4.test(data4)){
const err9 = {instancePath:instancePath+"/crashLoop/for",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema15,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/crashLoop/for",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema15.type,parentSchema:schema15,data:data4};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
else {
const err11 = {instancePath:instancePath+"/crashLoop",schemaPath:"#/properties/crashLoop/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema16.properties.crashLoop.type,parentSchema:schema16.properties.crashLoop,data:data2};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
else {
const err12 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema16.type,parentSchema:schema16,data};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
validate11.errors = vErrors;
return errors === 0;
}


function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="https://headway.dev/schemas/v1/helmrelease.schema.json" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.apiVersion === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.kind === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.metadata === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "metadata"},message:"must have required property '"+"metadata"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.spec === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "spec"},message:"must have required property '"+"spec"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "metadata")) || (key0 === "spec"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.apiVersion !== undefined){
let data0 = data.apiVersion;
if(typeof data0 !== "string"){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.apiVersion.type,parentSchema:schema11.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if("headway.dev/v1" !== data0){
const err6 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "headway.dev/v1"},message:"must be equal to constant",schema:"headway.dev/v1",parentSchema:schema11.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.kind !== undefined){
let data1 = data.kind;
if(typeof data1 !== "string"){
const err7 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.kind.type,parentSchema:schema11.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if("HelmRelease" !== data1){
const err8 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "HelmRelease"},message:"must be equal to constant",schema:"HelmRelease",parentSchema:schema11.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.metadata !== undefined){
let data2 = data.metadata;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.name === undefined){
const err9 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema11.properties.metadata.required,parentSchema:schema11.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
for(const key1 in data2){
if(!((((key1 === "name") || (key1 === "namespace")) || (key1 === "labels")) || (key1 === "annotations"))){
const err10 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data2.name !== undefined){
let data3 = data2.name;
if(typeof data3 === "string"){
if(data3.length > 53){
const err11 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/maxLength",keyword:"maxLength",params:{limit: 53},message:"must NOT have more than 53 characters",schema:53,parentSchema:schema12,data:data3};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(!pattern0.test(data3)){
const err12 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$",parentSchema:schema12,data:data3};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema12.type,parentSchema:schema12,data:data3};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data2.namespace !== undefined){
let data4 = data2.namespace;
if(typeof data4 === "string"){
if(data4.length > 63){
const err14 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/$defs/namespace/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",schema:63,parentSchema:schema13,data:data4};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(!pattern1.test(data4)){
const err15 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/$defs/namespace/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",parentSchema:schema13,data:data4};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/metadata/namespace",schemaPath:"#/$defs/namespace/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema13.type,parentSchema:schema13,data:data4};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data2.labels !== undefined){
let data5 = data2.labels;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
for(const key2 in data5){
let data6 = data5[key2];
if(typeof data6 !== "string"){
const err17 = {instancePath:instancePath+"/metadata/labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.metadata.properties.labels.additionalProperties.type,parentSchema:schema11.properties.metadata.properties.labels.additionalProperties,data:data6};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/metadata/labels",schemaPath:"#/properties/metadata/properties/labels/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.metadata.properties.labels.type,parentSchema:schema11.properties.metadata.properties.labels,data:data5};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data2.annotations !== undefined){
let data7 = data2.annotations;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key3 in data7){
let data8 = data7[key3];
if(typeof data8 !== "string"){
const err19 = {instancePath:instancePath+"/metadata/annotations/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/annotations/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.metadata.properties.annotations.additionalProperties.type,parentSchema:schema11.properties.metadata.properties.annotations.additionalProperties,data:data8};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/metadata/annotations",schemaPath:"#/properties/metadata/properties/annotations/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.metadata.properties.annotations.type,parentSchema:schema11.properties.metadata.properties.annotations,data:data7};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.metadata.type,parentSchema:schema11.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.spec !== undefined){
let data9 = data.spec;
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.chart === undefined){
const err22 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/required",keyword:"required",params:{missingProperty: "chart"},message:"must have required property '"+"chart"+"'",schema:schema11.properties.spec.required,parentSchema:schema11.properties.spec,data:data9};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
for(const key4 in data9){
if(!(func2.call(schema11.properties.spec.properties, key4))){
const err23 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.spec,data:data9};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data9.chart !== undefined){
let data10 = data9.chart;
if(typeof data10 === "string"){
if(!pattern2.test(data10)){
const err24 = {instancePath:instancePath+"/spec/chart",schemaPath:"#/properties/spec/properties/chart/pattern",keyword:"pattern",params:{pattern: "^\\.{1,2}(?:/|$)"},message:"must match pattern \""+"^\\.{1,2}(?:/|$)"+"\"",schema:"^\\.{1,2}(?:/|$)",parentSchema:schema11.properties.spec.properties.chart,data:data10};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/spec/chart",schemaPath:"#/properties/spec/properties/chart/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.chart.type,parentSchema:schema11.properties.spec.properties.chart,data:data10};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data9.version !== undefined){
let data11 = data9.version;
if(typeof data11 === "string"){
if(data11.length < 1){
const err26 = {instancePath:instancePath+"/spec/version",schemaPath:"#/properties/spec/properties/version/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.spec.properties.version,data:data11};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/spec/version",schemaPath:"#/properties/spec/properties/version/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.version.type,parentSchema:schema11.properties.spec.properties.version,data:data11};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data9.dependsOn !== undefined){
let data12 = data9.dependsOn;
if(Array.isArray(data12)){
const len0 = data12.length;
for(let i0=0; i0<len0; i0++){
let data13 = data12[i0];
if(typeof data13 !== "string"){
const err28 = {instancePath:instancePath+"/spec/dependsOn/" + i0,schemaPath:"#/properties/spec/properties/dependsOn/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.dependsOn.items.type,parentSchema:schema11.properties.spec.properties.dependsOn.items,data:data13};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/spec/dependsOn",schemaPath:"#/properties/spec/properties/dependsOn/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.spec.properties.dependsOn.type,parentSchema:schema11.properties.spec.properties.dependsOn,data:data12};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data9.phase !== undefined){
let data14 = data9.phase;
if(typeof data14 !== "string"){
const err30 = {instancePath:instancePath+"/spec/phase",schemaPath:"#/properties/spec/properties/phase/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.phase.type,parentSchema:schema11.properties.spec.properties.phase,data:data14};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data9.values !== undefined){
let data15 = data9.values;
if((!(data15 && typeof data15 == "object" && !Array.isArray(data15))) && (data15 !== null)){
const err31 = {instancePath:instancePath+"/spec/values",schemaPath:"#/properties/spec/properties/values/type",keyword:"type",params:{type: schema11.properties.spec.properties.values.type},message:"must be object,null",schema:schema11.properties.spec.properties.values.type,parentSchema:schema11.properties.spec.properties.values,data:data15};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data9.releaseName !== undefined){
let data16 = data9.releaseName;
if(typeof data16 === "string"){
if(data16.length > 53){
const err32 = {instancePath:instancePath+"/spec/releaseName",schemaPath:"#/$defs/dnsName/maxLength",keyword:"maxLength",params:{limit: 53},message:"must NOT have more than 53 characters",schema:53,parentSchema:schema12,data:data16};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(!pattern0.test(data16)){
const err33 = {instancePath:instancePath+"/spec/releaseName",schemaPath:"#/$defs/dnsName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$",parentSchema:schema12,data:data16};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/spec/releaseName",schemaPath:"#/$defs/dnsName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema12.type,parentSchema:schema12,data:data16};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data9.createNamespace !== undefined){
let data17 = data9.createNamespace;
if(typeof data17 !== "boolean"){
const err35 = {instancePath:instancePath+"/spec/createNamespace",schemaPath:"#/properties/spec/properties/createNamespace/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.spec.properties.createNamespace.type,parentSchema:schema11.properties.spec.properties.createNamespace,data:data17};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data9.timeout !== undefined){
let data18 = data9.timeout;
if(typeof data18 === "string"){
if(!pattern4.test(data18)){
const err36 = {instancePath:instancePath+"/spec/timeout",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema15,data:data18};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/spec/timeout",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema15.type,parentSchema:schema15,data:data18};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data9.failFast !== undefined){
if(!(validate11(data9.failFast, {instancePath:instancePath+"/spec/failFast",parentData:data9,parentDataProperty:"failFast",rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
}
if(data9.onFailure !== undefined){
let data20 = data9.onFailure;
if(typeof data20 !== "string"){
const err38 = {instancePath:instancePath+"/spec/onFailure",schemaPath:"#/properties/spec/properties/onFailure/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.onFailure.type,parentSchema:schema11.properties.spec.properties.onFailure,data:data20};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(!(((data20 === "rollback") || (data20 === "keep")) || (data20 === "uninstall"))){
const err39 = {instancePath:instancePath+"/spec/onFailure",schemaPath:"#/properties/spec/properties/onFailure/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.onFailure.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.spec.properties.onFailure.enum,parentSchema:schema11.properties.spec.properties.onFailure,data:data20};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data9.retries !== undefined){
let data21 = data9.retries;
if(!(((typeof data21 == "number") && (!(data21 % 1) && !isNaN(data21))) && (isFinite(data21)))){
const err40 = {instancePath:instancePath+"/spec/retries",schemaPath:"#/properties/spec/properties/retries/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.spec.properties.retries.type,parentSchema:schema11.properties.spec.properties.retries,data:data21};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if((typeof data21 == "number") && (isFinite(data21))){
if(data21 > 20 || isNaN(data21)){
const err41 = {instancePath:instancePath+"/spec/retries",schemaPath:"#/properties/spec/properties/retries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 20},message:"must be <= 20",schema:20,parentSchema:schema11.properties.spec.properties.retries,data:data21};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(data21 < 0 || isNaN(data21)){
const err42 = {instancePath:instancePath+"/spec/retries",schemaPath:"#/properties/spec/properties/retries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema11.properties.spec.properties.retries,data:data21};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
if(data9.waitWith !== undefined){
let data22 = data9.waitWith;
if(typeof data22 !== "string"){
const err43 = {instancePath:instancePath+"/spec/waitWith",schemaPath:"#/properties/spec/properties/waitWith/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.waitWith.type,parentSchema:schema11.properties.spec.properties.waitWith,data:data22};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(!(((data22 === "auto") || (data22 === "headway")) || (data22 === "helm"))){
const err44 = {instancePath:instancePath+"/spec/waitWith",schemaPath:"#/properties/spec/properties/waitWith/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.waitWith.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.spec.properties.waitWith.enum,parentSchema:schema11.properties.spec.properties.waitWith,data:data22};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data9.crds !== undefined){
let data23 = data9.crds;
if(typeof data23 !== "string"){
const err45 = {instancePath:instancePath+"/spec/crds",schemaPath:"#/properties/spec/properties/crds/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.crds.type,parentSchema:schema11.properties.spec.properties.crds,data:data23};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(!(((data23 === "skip") || (data23 === "create")) || (data23 === "upgrade"))){
const err46 = {instancePath:instancePath+"/spec/crds",schemaPath:"#/properties/spec/properties/crds/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.crds.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.spec.properties.crds.enum,parentSchema:schema11.properties.spec.properties.crds,data:data23};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data9.fieldConflicts !== undefined){
let data24 = data9.fieldConflicts;
if(typeof data24 !== "string"){
const err47 = {instancePath:instancePath+"/spec/fieldConflicts",schemaPath:"#/properties/spec/properties/fieldConflicts/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.spec.properties.fieldConflicts.type,parentSchema:schema11.properties.spec.properties.fieldConflicts,data:data24};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if(!((data24 === "take") || (data24 === "fail"))){
const err48 = {instancePath:instancePath+"/spec/fieldConflicts",schemaPath:"#/properties/spec/properties/fieldConflicts/enum",keyword:"enum",params:{allowedValues: schema11.properties.spec.properties.fieldConflicts.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.spec.properties.fieldConflicts.enum,parentSchema:schema11.properties.spec.properties.fieldConflicts,data:data24};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data9.maxHistory !== undefined){
let data25 = data9.maxHistory;
if(!(((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))) && (isFinite(data25)))){
const err49 = {instancePath:instancePath+"/spec/maxHistory",schemaPath:"#/properties/spec/properties/maxHistory/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.spec.properties.maxHistory.type,parentSchema:schema11.properties.spec.properties.maxHistory,data:data25};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 > 1000 || isNaN(data25)){
const err50 = {instancePath:instancePath+"/spec/maxHistory",schemaPath:"#/properties/spec/properties/maxHistory/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000",schema:1000,parentSchema:schema11.properties.spec.properties.maxHistory,data:data25};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(data25 < 2 || isNaN(data25)){
const err51 = {instancePath:instancePath+"/spec/maxHistory",schemaPath:"#/properties/spec/properties/maxHistory/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2},message:"must be >= 2",schema:2,parentSchema:schema11.properties.spec.properties.maxHistory,data:data25};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
}
if(data9.suspend !== undefined){
let data26 = data9.suspend;
if(typeof data26 !== "boolean"){
const err52 = {instancePath:instancePath+"/spec/suspend",schemaPath:"#/properties/spec/properties/suspend/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.spec.properties.suspend.type,parentSchema:schema11.properties.spec.properties.suspend,data:data26};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
}
else {
const err53 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.spec.type,parentSchema:schema11.properties.spec,data:data9};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
else {
const err54 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.type,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}

export const validateStack = validate13;
const schema20 = {"$schema":"http://json-schema.org/draft-07/schema#","$id":"https://headway.dev/schemas/v1/stack.schema.json","title":"Stack","description":"A stack of Helm releases: headway.yaml at the root of the folder that declares them.","type":"object","additionalProperties":false,"required":["apiVersion","kind","metadata"],"properties":{"apiVersion":{"const":"headway.dev/v1","type":"string","description":"The version of this format."},"kind":{"const":"Stack","type":"string","description":"What this document declares."},"metadata":{"type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"$ref":"#/$defs/dnsName","description":"The stack's name: the releases it installs are marked as its own by this name."},"labels":{"type":"object","additionalProperties":{"type":"string"},"description":"For your own use; Headway does not read them."},"annotations":{"type":"object","additionalProperties":{"type":"string"},"description":"For your own use; Headway does not read them."}},"description":"Names the stack."},"spec":{"type":"object","additionalProperties":false,"description":"What holds for all releases of the stack.","properties":{"releases":{"type":"array","minItems":1,"items":{"type":"string","minLength":1,"description":"A path with *, ?, ** and {a,b}, relative to this file."},"description":"Which files declare releases, as in releases/**/*.yaml. Default: every YAML file below this one, except charts, values files and hidden folders. With this field, a file that matches and holds something else is an error."},"phases":{"type":"array","items":{"type":"string","pattern":"^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$","maxLength":63,"description":"A phase's name."},"description":"Names of phases, the first one first. A release of a phase waits for every release of the earlier phases."},"order":{"type":"string","enum":["dependencies","waves"],"description":"dependencies (default): a release starts when its own dependencies are healthy. waves: no release of wave N+1 starts before all of wave N are healthy."},"defaults":{"type":"object","additionalProperties":false,"description":"What holds for each release that does not say otherwise itself.","properties":{"namespace":{"$ref":"#/$defs/namespace"},"createNamespace":{"type":"boolean","description":"Create the namespace if it is absent and no release of the plan brings it. One that exists is never touched. Default true."},"timeout":{"$ref":"#/$defs/duration","description":"How long one attempt may take, from the start of helm until everything is ready, hooks included, queueing not. Default 5m."},"failFast":{"$ref":"#/$defs/failFast"},"onFailure":{"type":"string","enum":["rollback","keep","uninstall"],"description":"What happens when an attempt fails. rollback (default): an upgrade goes back to the last verified revision, a failed first install is kept and tried again. keep: nothing is undone. uninstall: as rollback, but a failed first install is uninstalled. A failed upgrade is never uninstalled."},"retries":{"type":"integer","minimum":0,"maximum":20,"description":"Further attempts of an upgrade before onFailure. Transient causes, as an unreachable cluster, do not count. Default 0."},"waitWith":{"type":"string","enum":["auto","headway","helm"],"description":"Who decides that a release is ready. auto (default): Headway, and Helm's own wait too where the chart has post-install or post-upgrade hooks. headway: Headway alone. helm: Helm's wait too, always."},"crds":{"type":"string","enum":["skip","create","upgrade"],"description":"What happens to the chart's crds/ folder before helm runs. create (default): those that are absent are created. upgrade: those that exist are updated too. skip: nothing."},"fieldConflicts":{"type":"string","enum":["take","fail"],"description":"What happens where somebody else (kubectl scale, an autoscaler) owns a field that the chart sets. take (default): the declaration wins, and each field is named with its manager. fail: the release fails with the same words."},"maxHistory":{"type":"integer","minimum":2,"maximum":1000,"description":"Revisions that Helm keeps; a rollback needs at least two. Default 10."}}}}}},"$defs":{"dnsName":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$","maxLength":53,"description":"A DNS name: lower-case letters, digits, - and ., at most 53 characters (Helm's limit for a release)."},"namespace":{"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","maxLength":63,"description":"A Kubernetes namespace: lower-case letters, digits and -, at most 63 characters."},"duration":{"type":"string","pattern":"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$","description":"A Go duration, as in 90s, 5m, 1h30m or 500ms; at most 24h."},"failFast":{"type":"object","additionalProperties":false,"title":"FailFast","description":"How long a pod state that looks terminal is tolerated before the release counts as failed, without waiting for the timeout.","properties":{"imagePull":{"$ref":"#/$defs/duration","description":"How long an image may fail to be pulled. Default 60s."},"config":{"$ref":"#/$defs/duration","description":"How long a container may fail to be created, as with a missing Secret or ConfigMap. Default 30s."},"crashLoop":{"type":"object","additionalProperties":false,"description":"How much a container may crash.","properties":{"restarts":{"type":"integer","minimum":1,"maximum":1000,"description":"Restarts that are tolerated. Default 3."},"for":{"$ref":"#/$defs/duration","description":"How long a container may be in CrashLoopBackOff after that many restarts. Default 60s."}}}}}}};
const schema21 = {"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$","maxLength":53,"description":"A DNS name: lower-case letters, digits, - and ., at most 53 characters (Helm's limit for a release)."};
const schema22 = {"type":"string","pattern":"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$","maxLength":63,"description":"A Kubernetes namespace: lower-case letters, digits and -, at most 63 characters."};
const schema23 = {"type":"string","pattern":"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$","description":"A Go duration, as in 90s, 5m, 1h30m or 500ms; at most 24h."};
const pattern9 = new RegExp("^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$", "u");
const schema24 = {"type":"object","additionalProperties":false,"title":"FailFast","description":"How long a pod state that looks terminal is tolerated before the release counts as failed, without waiting for the timeout.","properties":{"imagePull":{"$ref":"#/$defs/duration","description":"How long an image may fail to be pulled. Default 60s."},"config":{"$ref":"#/$defs/duration","description":"How long a container may fail to be created, as with a missing Secret or ConfigMap. Default 30s."},"crashLoop":{"type":"object","additionalProperties":false,"description":"How much a container may crash.","properties":{"restarts":{"type":"integer","minimum":1,"maximum":1000,"description":"Restarts that are tolerated. Default 3."},"for":{"$ref":"#/$defs/duration","description":"How long a container may be in CrashLoopBackOff after that many restarts. Default 60s."}}}}};

function validate14(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "imagePull") || (key0 === "config")) || (key0 === "crashLoop"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema24,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.imagePull !== undefined){
let data0 = data.imagePull;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err1 = {instancePath:instancePath+"/imagePull",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema23,data:data0};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/imagePull",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.type,parentSchema:schema23,data:data0};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.config !== undefined){
let data1 = data.config;
if(typeof data1 === "string"){
if(!pattern4.test(data1)){
const err3 = {instancePath:instancePath+"/config",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema23,data:data1};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/config",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.type,parentSchema:schema23,data:data1};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.crashLoop !== undefined){
let data2 = data.crashLoop;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
if(!((key1 === "restarts") || (key1 === "for"))){
const err5 = {instancePath:instancePath+"/crashLoop",schemaPath:"#/properties/crashLoop/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema24.properties.crashLoop,data:data2};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data2.restarts !== undefined){
let data3 = data2.restarts;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err6 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema24.properties.crashLoop.properties.restarts.type,parentSchema:schema24.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000 || isNaN(data3)){
const err7 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000",schema:1000,parentSchema:schema24.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data3 < 1 || isNaN(data3)){
const err8 = {instancePath:instancePath+"/crashLoop/restarts",schemaPath:"#/properties/crashLoop/properties/restarts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema24.properties.crashLoop.properties.restarts,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
if(data2.for !== undefined){
let data4 = data2.for;
if(typeof data4 === "string"){
if(!pattern4.test(data4)){
const err9 = {instancePath:instancePath+"/crashLoop/for",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema23,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/crashLoop/for",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.type,parentSchema:schema23,data:data4};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
else {
const err11 = {instancePath:instancePath+"/crashLoop",schemaPath:"#/properties/crashLoop/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.properties.crashLoop.type,parentSchema:schema24.properties.crashLoop,data:data2};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
else {
const err12 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema24.type,parentSchema:schema24,data};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
validate14.errors = vErrors;
return errors === 0;
}


function validate13(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
/*# sourceURL="https://headway.dev/schemas/v1/stack.schema.json" */;
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.apiVersion === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'",schema:schema20.required,parentSchema:schema20,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.kind === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'",schema:schema20.required,parentSchema:schema20,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.metadata === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "metadata"},message:"must have required property '"+"metadata"+"'",schema:schema20.required,parentSchema:schema20,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!((((key0 === "apiVersion") || (key0 === "kind")) || (key0 === "metadata")) || (key0 === "spec"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema20,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.apiVersion !== undefined){
let data0 = data.apiVersion;
if(typeof data0 !== "string"){
const err4 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.apiVersion.type,parentSchema:schema20.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if("headway.dev/v1" !== data0){
const err5 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "headway.dev/v1"},message:"must be equal to constant",schema:"headway.dev/v1",parentSchema:schema20.properties.apiVersion,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined){
let data1 = data.kind;
if(typeof data1 !== "string"){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.kind.type,parentSchema:schema20.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if("Stack" !== data1){
const err7 = {instancePath:instancePath+"/kind",schemaPath:"#/properties/kind/const",keyword:"const",params:{allowedValue: "Stack"},message:"must be equal to constant",schema:"Stack",parentSchema:schema20.properties.kind,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.metadata !== undefined){
let data2 = data.metadata;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.name === undefined){
const err8 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema20.properties.metadata.required,parentSchema:schema20.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
for(const key1 in data2){
if(!(((key1 === "name") || (key1 === "labels")) || (key1 === "annotations"))){
const err9 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema20.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2.name !== undefined){
let data3 = data2.name;
if(typeof data3 === "string"){
if(data3.length > 53){
const err10 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/maxLength",keyword:"maxLength",params:{limit: 53},message:"must NOT have more than 53 characters",schema:53,parentSchema:schema21,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(!pattern0.test(data3)){
const err11 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$",parentSchema:schema21,data:data3};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/metadata/name",schemaPath:"#/$defs/dnsName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema21.type,parentSchema:schema21,data:data3};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.labels !== undefined){
let data4 = data2.labels;
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key2 in data4){
let data5 = data4[key2];
if(typeof data5 !== "string"){
const err13 = {instancePath:instancePath+"/metadata/labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.metadata.properties.labels.additionalProperties.type,parentSchema:schema20.properties.metadata.properties.labels.additionalProperties,data:data5};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath:instancePath+"/metadata/labels",schemaPath:"#/properties/metadata/properties/labels/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema20.properties.metadata.properties.labels.type,parentSchema:schema20.properties.metadata.properties.labels,data:data4};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data2.annotations !== undefined){
let data6 = data2.annotations;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
for(const key3 in data6){
let data7 = data6[key3];
if(typeof data7 !== "string"){
const err15 = {instancePath:instancePath+"/metadata/annotations/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/metadata/properties/annotations/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.metadata.properties.annotations.additionalProperties.type,parentSchema:schema20.properties.metadata.properties.annotations.additionalProperties,data:data7};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/metadata/annotations",schemaPath:"#/properties/metadata/properties/annotations/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema20.properties.metadata.properties.annotations.type,parentSchema:schema20.properties.metadata.properties.annotations,data:data6};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
else {
const err17 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema20.properties.metadata.type,parentSchema:schema20.properties.metadata,data:data2};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.spec !== undefined){
let data8 = data.spec;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key4 in data8){
if(!((((key4 === "releases") || (key4 === "phases")) || (key4 === "order")) || (key4 === "defaults"))){
const err18 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema20.properties.spec,data:data8};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data8.releases !== undefined){
let data9 = data8.releases;
if(Array.isArray(data9)){
if(data9.length < 1){
const err19 = {instancePath:instancePath+"/spec/releases",schemaPath:"#/properties/spec/properties/releases/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema20.properties.spec.properties.releases,data:data9};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
const len0 = data9.length;
for(let i0=0; i0<len0; i0++){
let data10 = data9[i0];
if(typeof data10 === "string"){
if(data10.length < 1){
const err20 = {instancePath:instancePath+"/spec/releases/" + i0,schemaPath:"#/properties/spec/properties/releases/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema20.properties.spec.properties.releases.items,data:data10};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/spec/releases/" + i0,schemaPath:"#/properties/spec/properties/releases/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.spec.properties.releases.items.type,parentSchema:schema20.properties.spec.properties.releases.items,data:data10};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/spec/releases",schemaPath:"#/properties/spec/properties/releases/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema20.properties.spec.properties.releases.type,parentSchema:schema20.properties.spec.properties.releases,data:data9};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data8.phases !== undefined){
let data11 = data8.phases;
if(Array.isArray(data11)){
const len1 = data11.length;
for(let i1=0; i1<len1; i1++){
let data12 = data11[i1];
if(typeof data12 === "string"){
if(data12.length > 63){
const err23 = {instancePath:instancePath+"/spec/phases/" + i1,schemaPath:"#/properties/spec/properties/phases/items/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",schema:63,parentSchema:schema20.properties.spec.properties.phases.items,data:data12};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(!pattern9.test(data12)){
const err24 = {instancePath:instancePath+"/spec/phases/" + i1,schemaPath:"#/properties/spec/properties/phases/items/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$"},message:"must match pattern \""+"^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$"+"\"",schema:"^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$",parentSchema:schema20.properties.spec.properties.phases.items,data:data12};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/spec/phases/" + i1,schemaPath:"#/properties/spec/properties/phases/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.spec.properties.phases.items.type,parentSchema:schema20.properties.spec.properties.phases.items,data:data12};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
else {
const err26 = {instancePath:instancePath+"/spec/phases",schemaPath:"#/properties/spec/properties/phases/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema20.properties.spec.properties.phases.type,parentSchema:schema20.properties.spec.properties.phases,data:data11};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data8.order !== undefined){
let data13 = data8.order;
if(typeof data13 !== "string"){
const err27 = {instancePath:instancePath+"/spec/order",schemaPath:"#/properties/spec/properties/order/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.spec.properties.order.type,parentSchema:schema20.properties.spec.properties.order,data:data13};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(!((data13 === "dependencies") || (data13 === "waves"))){
const err28 = {instancePath:instancePath+"/spec/order",schemaPath:"#/properties/spec/properties/order/enum",keyword:"enum",params:{allowedValues: schema20.properties.spec.properties.order.enum},message:"must be equal to one of the allowed values",schema:schema20.properties.spec.properties.order.enum,parentSchema:schema20.properties.spec.properties.order,data:data13};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data8.defaults !== undefined){
let data14 = data8.defaults;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
for(const key5 in data14){
if(!(func2.call(schema20.properties.spec.properties.defaults.properties, key5))){
const err29 = {instancePath:instancePath+"/spec/defaults",schemaPath:"#/properties/spec/properties/defaults/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties",schema:false,parentSchema:schema20.properties.spec.properties.defaults,data:data14};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data14.namespace !== undefined){
let data15 = data14.namespace;
if(typeof data15 === "string"){
if(data15.length > 63){
const err30 = {instancePath:instancePath+"/spec/defaults/namespace",schemaPath:"#/$defs/namespace/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",schema:63,parentSchema:schema22,data:data15};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(!pattern1.test(data15)){
const err31 = {instancePath:instancePath+"/spec/defaults/namespace",schemaPath:"#/$defs/namespace/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"},message:"must match pattern \""+"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"+"\"",schema:"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",parentSchema:schema22,data:data15};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
else {
const err32 = {instancePath:instancePath+"/spec/defaults/namespace",schemaPath:"#/$defs/namespace/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema22.type,parentSchema:schema22,data:data15};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data14.createNamespace !== undefined){
let data16 = data14.createNamespace;
if(typeof data16 !== "boolean"){
const err33 = {instancePath:instancePath+"/spec/defaults/createNamespace",schemaPath:"#/properties/spec/properties/defaults/properties/createNamespace/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema20.properties.spec.properties.defaults.properties.createNamespace.type,parentSchema:schema20.properties.spec.properties.defaults.properties.createNamespace,data:data16};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data14.timeout !== undefined){
let data17 = data14.timeout;
if(typeof data17 === "string"){
if(!pattern4.test(data17)){
const err34 = {instancePath:instancePath+"/spec/defaults/timeout",schemaPath:"#/$defs/duration/pattern",keyword:"pattern",params:{pattern: "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"},message:"must match pattern \""+"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$"+"\"",schema:"^(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$",parentSchema:schema23,data:data17};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
else {
const err35 = {instancePath:instancePath+"/spec/defaults/timeout",schemaPath:"#/$defs/duration/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema23.type,parentSchema:schema23,data:data17};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data14.failFast !== undefined){
if(!(validate14(data14.failFast, {instancePath:instancePath+"/spec/defaults/failFast",parentData:data14,parentDataProperty:"failFast",rootData}))){
vErrors = vErrors === null ? validate14.errors : vErrors.concat(validate14.errors);
errors = vErrors.length;
}
}
if(data14.onFailure !== undefined){
let data19 = data14.onFailure;
if(typeof data19 !== "string"){
const err36 = {instancePath:instancePath+"/spec/defaults/onFailure",schemaPath:"#/properties/spec/properties/defaults/properties/onFailure/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.spec.properties.defaults.properties.onFailure.type,parentSchema:schema20.properties.spec.properties.defaults.properties.onFailure,data:data19};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(!(((data19 === "rollback") || (data19 === "keep")) || (data19 === "uninstall"))){
const err37 = {instancePath:instancePath+"/spec/defaults/onFailure",schemaPath:"#/properties/spec/properties/defaults/properties/onFailure/enum",keyword:"enum",params:{allowedValues: schema20.properties.spec.properties.defaults.properties.onFailure.enum},message:"must be equal to one of the allowed values",schema:schema20.properties.spec.properties.defaults.properties.onFailure.enum,parentSchema:schema20.properties.spec.properties.defaults.properties.onFailure,data:data19};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data14.retries !== undefined){
let data20 = data14.retries;
if(!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))){
const err38 = {instancePath:instancePath+"/spec/defaults/retries",schemaPath:"#/properties/spec/properties/defaults/properties/retries/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema20.properties.spec.properties.defaults.properties.retries.type,parentSchema:schema20.properties.spec.properties.defaults.properties.retries,data:data20};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 20 || isNaN(data20)){
const err39 = {instancePath:instancePath+"/spec/defaults/retries",schemaPath:"#/properties/spec/properties/defaults/properties/retries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 20},message:"must be <= 20",schema:20,parentSchema:schema20.properties.spec.properties.defaults.properties.retries,data:data20};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(data20 < 0 || isNaN(data20)){
const err40 = {instancePath:instancePath+"/spec/defaults/retries",schemaPath:"#/properties/spec/properties/defaults/properties/retries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema20.properties.spec.properties.defaults.properties.retries,data:data20};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
if(data14.waitWith !== undefined){
let data21 = data14.waitWith;
if(typeof data21 !== "string"){
const err41 = {instancePath:instancePath+"/spec/defaults/waitWith",schemaPath:"#/properties/spec/properties/defaults/properties/waitWith/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.spec.properties.defaults.properties.waitWith.type,parentSchema:schema20.properties.spec.properties.defaults.properties.waitWith,data:data21};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(!(((data21 === "auto") || (data21 === "headway")) || (data21 === "helm"))){
const err42 = {instancePath:instancePath+"/spec/defaults/waitWith",schemaPath:"#/properties/spec/properties/defaults/properties/waitWith/enum",keyword:"enum",params:{allowedValues: schema20.properties.spec.properties.defaults.properties.waitWith.enum},message:"must be equal to one of the allowed values",schema:schema20.properties.spec.properties.defaults.properties.waitWith.enum,parentSchema:schema20.properties.spec.properties.defaults.properties.waitWith,data:data21};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data14.crds !== undefined){
let data22 = data14.crds;
if(typeof data22 !== "string"){
const err43 = {instancePath:instancePath+"/spec/defaults/crds",schemaPath:"#/properties/spec/properties/defaults/properties/crds/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.spec.properties.defaults.properties.crds.type,parentSchema:schema20.properties.spec.properties.defaults.properties.crds,data:data22};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(!(((data22 === "skip") || (data22 === "create")) || (data22 === "upgrade"))){
const err44 = {instancePath:instancePath+"/spec/defaults/crds",schemaPath:"#/properties/spec/properties/defaults/properties/crds/enum",keyword:"enum",params:{allowedValues: schema20.properties.spec.properties.defaults.properties.crds.enum},message:"must be equal to one of the allowed values",schema:schema20.properties.spec.properties.defaults.properties.crds.enum,parentSchema:schema20.properties.spec.properties.defaults.properties.crds,data:data22};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data14.fieldConflicts !== undefined){
let data23 = data14.fieldConflicts;
if(typeof data23 !== "string"){
const err45 = {instancePath:instancePath+"/spec/defaults/fieldConflicts",schemaPath:"#/properties/spec/properties/defaults/properties/fieldConflicts/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema20.properties.spec.properties.defaults.properties.fieldConflicts.type,parentSchema:schema20.properties.spec.properties.defaults.properties.fieldConflicts,data:data23};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(!((data23 === "take") || (data23 === "fail"))){
const err46 = {instancePath:instancePath+"/spec/defaults/fieldConflicts",schemaPath:"#/properties/spec/properties/defaults/properties/fieldConflicts/enum",keyword:"enum",params:{allowedValues: schema20.properties.spec.properties.defaults.properties.fieldConflicts.enum},message:"must be equal to one of the allowed values",schema:schema20.properties.spec.properties.defaults.properties.fieldConflicts.enum,parentSchema:schema20.properties.spec.properties.defaults.properties.fieldConflicts,data:data23};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data14.maxHistory !== undefined){
let data24 = data14.maxHistory;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err47 = {instancePath:instancePath+"/spec/defaults/maxHistory",schemaPath:"#/properties/spec/properties/defaults/properties/maxHistory/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema20.properties.spec.properties.defaults.properties.maxHistory.type,parentSchema:schema20.properties.spec.properties.defaults.properties.maxHistory,data:data24};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 > 1000 || isNaN(data24)){
const err48 = {instancePath:instancePath+"/spec/defaults/maxHistory",schemaPath:"#/properties/spec/properties/defaults/properties/maxHistory/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000",schema:1000,parentSchema:schema20.properties.spec.properties.defaults.properties.maxHistory,data:data24};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data24 < 2 || isNaN(data24)){
const err49 = {instancePath:instancePath+"/spec/defaults/maxHistory",schemaPath:"#/properties/spec/properties/defaults/properties/maxHistory/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2},message:"must be >= 2",schema:2,parentSchema:schema20.properties.spec.properties.defaults.properties.maxHistory,data:data24};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
}
else {
const err50 = {instancePath:instancePath+"/spec/defaults",schemaPath:"#/properties/spec/properties/defaults/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema20.properties.spec.properties.defaults.type,parentSchema:schema20.properties.spec.properties.defaults,data:data14};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
else {
const err51 = {instancePath:instancePath+"/spec",schemaPath:"#/properties/spec/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema20.properties.spec.type,parentSchema:schema20.properties.spec,data:data8};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
}
else {
const err52 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema20.type,parentSchema:schema20,data};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
validate13.errors = vErrors;
return errors === 0;
}

